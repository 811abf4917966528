// Written by `make openapi`; changes here are lost.

import type { Answer, Arguments, Item, Job, ServerEvent } from "./index.js";

export interface Namespaces {
  readonly admin: {
    /** Keep a credential, sealed. */
    add_credential(...input: Arguments<"admin_add_credential">): Promise<Answer<"admin_add_credential">>;
    /** Add a person. */
    add_user(...input: Arguments<"admin_add_user">): Promise<Answer<"admin_add_user">>;
    /** Who did what, newest first. */
    audit(...input: Arguments<"admin_audit">): AsyncGenerator<Item<"admin_audit">, void>;
    /** Change what a person may. */
    change_user(...input: Arguments<"admin_change_user">): Promise<Answer<"admin_change_user">>;
    /** Credentials for clouds, without their secrets. */
    credentials(...input: Arguments<"admin_credentials">): AsyncGenerator<Item<"admin_credentials">, void>;
    /** Delete a credential. */
    delete_credential(...input: Arguments<"admin_delete_credential">): Promise<Answer<"admin_delete_credential">>;
    /** Close all sessions of a person. */
    end_sessions(...input: Arguments<"admin_end_sessions">): Promise<Answer<"admin_end_sessions">>;
    /** Let go of what is kept. */
    flush_cache(...input: Arguments<"admin_flush">): Promise<Answer<"admin_flush">>;
    /** By which identities a person signs in. */
    identities(...input: Arguments<"admin_identities">): Promise<Answer<"admin_identities">>;
    /** Join an account to an identity. */
    link_identity(...input: Arguments<"admin_link_identity">): Promise<Answer<"admin_link_identity">>;
    /** Remove a person. */
    remove_user(...input: Arguments<"admin_remove_user">): Promise<Answer<"admin_remove_user">>;
    /** The roles and what they allow. */
    roles(...input: Arguments<"admin_roles">): Promise<Answer<"admin_roles">>;
    /** Set a password. */
    set_password(...input: Arguments<"admin_set_password">): Promise<Answer<"admin_set_password">>;
    /** Every setting with its value and where that came from. */
    settings(...input: Arguments<"admin_settings">): Promise<Answer<"admin_settings">>;
    /** What is kept ready, and how often it helped. */
    cache(...input: Arguments<"admin_statistics">): Promise<Answer<"admin_statistics">>;
    /** Part an account from an identity. */
    unlink_identity(...input: Arguments<"admin_unlink_identity">): Promise<Answer<"admin_unlink_identity">>;
    /** A person. */
    user(...input: Arguments<"admin_user">): Promise<Answer<"admin_user">>;
    /** People who may sign in. */
    users(...input: Arguments<"admin_users">): AsyncGenerator<Item<"admin_users">, void>;
    /** Whether the audit is as it was written. */
    verify_audit(...input: Arguments<"admin_verify_audit">): Promise<Answer<"admin_verify_audit">>;
  };
  readonly api_keys: {
    /** Make an API key. */
    create(...input: Arguments<"auth_create">): Promise<Answer<"auth_create">>;
    /** Your API keys, newest first. */
    list(...input: Arguments<"auth_keys">): AsyncGenerator<Item<"auth_keys">, void>;
    /** Revoke an API key. */
    revoke(...input: Arguments<"auth_revoke">): Promise<Answer<"auth_revoke">>;
  };
  readonly auth: {
    /** Begin to sign in by an identity provider. */
    oauth_login(...input: Arguments<"auth_begin_elsewhere">): Promise<string>;
    /** Come back from an identity provider. */
    oauth_callback(...input: Arguments<"auth_come_back">): Promise<string>;
    /** Sign in with the code of a sign-in link. */
    exchange(...input: Arguments<"auth_exchange">): Promise<Answer<"auth_exchange">>;
    /** Sign in by name and password. */
    login(...input: Arguments<"auth_login">): Promise<Answer<"auth_login">>;
    /** Close this session. */
    logout(...input: Arguments<"auth_logout">): Promise<Answer<"auth_logout">>;
    /** Who the access token or API key belongs to. */
    me(...input: Arguments<"auth_me">): Promise<Answer<"auth_me">>;
    /** Identity providers to sign in with. */
    providers(...input: Arguments<"auth_providers">): Promise<Answer<"auth_providers">>;
    /** Exchange a refresh token for a new grant. */
    refresh(...input: Arguments<"auth_refresh">): Promise<Answer<"auth_refresh">>;
    /** Close all of your sessions. */
    revoke_all(...input: Arguments<"auth_revoke_all">): Promise<Answer<"auth_revoke_all">>;
  };
  readonly aws: {
    /** What AWS cost. */
    cost_analysis(...input: Arguments<"aws_cost_analysis">): Promise<Answer<"aws_cost_analysis">>;
    /** Look at AWS. */
    discover(...input: Arguments<"aws_discover">): Promise<Job>;
    /** Discoveries of AWS, newest first. */
    discoveries(...input: Arguments<"aws_discoveries">): AsyncGenerator<Item<"aws_discoveries">, void>;
    /** One discovery of AWS: progress, coverage, problems. */
    discovery(...input: Arguments<"aws_discovery">): Promise<Answer<"aws_discovery">>;
    /** The least-privilege policy that a scan of AWS needs. */
    permissions(...input: Arguments<"aws_permissions">): Promise<Answer<"aws_permissions">>;
    /** Types of AWS that CloudViz knows. */
    resource_types(...input: Arguments<"aws_resource_types">): Promise<Answer<"aws_resource_types">>;
    /** Resources in AWS. */
    resources(...input: Arguments<"aws_resources">): AsyncGenerator<Item<"aws_resources">, void>;
    /** Test the connection to AWS. */
    test_connection(...input: Arguments<"aws_test_connection">): Promise<Answer<"aws_test_connection">>;
  };
  readonly azure: {
    /** What Azure cost. */
    cost_analysis(...input: Arguments<"azure_cost_analysis">): Promise<Answer<"azure_cost_analysis">>;
    /** Look at Azure. */
    discover(...input: Arguments<"azure_discover">): Promise<Job>;
    /** Discoveries of Azure, newest first. */
    discoveries(...input: Arguments<"azure_discoveries">): AsyncGenerator<Item<"azure_discoveries">, void>;
    /** One discovery of Azure: progress, coverage, problems. */
    discovery(...input: Arguments<"azure_discovery">): Promise<Answer<"azure_discovery">>;
    /** The least-privilege policy that a scan of Azure needs. */
    permissions(...input: Arguments<"azure_permissions">): Promise<Answer<"azure_permissions">>;
    /** Types of Azure that CloudViz knows. */
    resource_types(...input: Arguments<"azure_resource_types">): Promise<Answer<"azure_resource_types">>;
    /** Resources in Azure. */
    resources(...input: Arguments<"azure_resources">): AsyncGenerator<Item<"azure_resources">, void>;
    /** Test the connection to Azure. */
    test_connection(...input: Arguments<"azure_test_connection">): Promise<Answer<"azure_test_connection">>;
  };
  readonly costs: {
    /** The bills that are kept, newest first. */
    bills(...input: Arguments<"costs_bills">): AsyncGenerator<Item<"costs_bills">, void>;
    /** What resources without a bill are likely to cost. */
    cost_estimates(...input: Arguments<"costs_cost_estimates">): Promise<Answer<"costs_cost_estimates">>;
    /** What was spent. */
    summary(...input: Arguments<"costs_cost_summary">): Promise<Answer<"costs_cost_summary">>;
    /** What is paid for and serves nothing. */
    cost_waste(...input: Arguments<"costs_cost_waste">): Promise<Answer<"costs_cost_waste">>;
    /** What was spent by account, region, type or tag. */
    by(...input: Arguments<"costs_costs_by">): Promise<Answer<"costs_costs_by">>;
    /** What a resource cost. */
    of_resource(...input: Arguments<"costs_costs_of_resource">): Promise<Answer<"costs_costs_of_resource">>;
    /** Forget a bill. */
    delete_bill(...input: Arguments<"costs_delete_bill">): Promise<Answer<"costs_delete_bill">>;
    /** Import a bill. */
    import_bill(...input: Arguments<"costs_import_bill_upload">): Promise<Answer<"costs_import_bill_upload">>;
  };
  readonly diagrams: {
    /** One picture with its Mermaid code. */
    get(...input: Arguments<"visualization_diagram">): Promise<Answer<"visualization_diagram">>;
    /** Pictures that were kept, newest first. */
    list(...input: Arguments<"visualization_diagrams">): AsyncGenerator<Item<"visualization_diagrams">, void>;
    /** What changed between two looks. */
    diff(...input: Arguments<"visualization_diff">): Promise<Answer<"visualization_diff">>;
    /** Draw a picture as a file, without keeping the picture. */
    draw(...input: Arguments<"visualization_export">): Promise<File>;
    /** A kept picture as a file. */
    export(...input: Arguments<"visualization_export_diagram">): Promise<File>;
    /** An exported file, by a signed link. */
    file(...input: Arguments<"visualization_file">): Promise<File>;
    /** Draw a picture and keep it. */
    generate(...input: Arguments<"visualization_generate">): Promise<Answer<"visualization_generate", 200 | 201> | Job>;
    /** Layouts. */
    layouts(...input: Arguments<"visualization_layouts">): Promise<Answer<"visualization_layouts">>;
    /** A link to a kept picture as a file. */
    link(...input: Arguments<"visualization_link_diagram">): Promise<Answer<"visualization_link_diagram">>;
    /** Themes. */
    themes(...input: Arguments<"visualization_themes">): Promise<Answer<"visualization_themes">>;
  };
  readonly discoveries: {
    /** Discoveries of all clouds and files, newest first. */
    list(...input: Arguments<"discoveries_discoveries">): AsyncGenerator<Item<"discoveries_discoveries">, void>;
    /** One discovery with its coverage and problems. */
    get(...input: Arguments<"discoveries_discovery">): Promise<Answer<"discoveries_discovery">>;
  };
  readonly gcp: {
    /** What Google Cloud cost. */
    cost_analysis(...input: Arguments<"gcp_cost_analysis">): Promise<Answer<"gcp_cost_analysis">>;
    /** Look at Google Cloud. */
    discover(...input: Arguments<"gcp_discover">): Promise<Job>;
    /** Discoveries of Google Cloud, newest first. */
    discoveries(...input: Arguments<"gcp_discoveries">): AsyncGenerator<Item<"gcp_discoveries">, void>;
    /** One discovery of Google Cloud: progress, coverage, problems. */
    discovery(...input: Arguments<"gcp_discovery">): Promise<Answer<"gcp_discovery">>;
    /** The least-privilege policy that a scan of Google Cloud needs. */
    permissions(...input: Arguments<"gcp_permissions">): Promise<Answer<"gcp_permissions">>;
    /** Types of Google Cloud that CloudViz knows. */
    resource_types(...input: Arguments<"gcp_resource_types">): Promise<Answer<"gcp_resource_types">>;
    /** Resources in Google Cloud. */
    resources(...input: Arguments<"gcp_resources">): AsyncGenerator<Item<"gcp_resources">, void>;
    /** Test the connection to Google Cloud. */
    test_connection(...input: Arguments<"gcp_test_connection">): Promise<Answer<"gcp_test_connection">>;
  };
  readonly health: {
    /** How the installation is. */
    check(...input: Arguments<"health_health">): Promise<Answer<"health_health">>;
    /** Whether the process answers. */
    live(...input: Arguments<"health_live">): Promise<Answer<"health_live">>;
    /** Metrics for Prometheus. */
    metrics(...input: Arguments<"health_metrics">): Promise<string>;
    /** Whether requests can be served. */
    ready(...input: Arguments<"health_ready">): Promise<Answer<"health_ready">>;
  };
  readonly imports: {
    /** Import files. */
    upload(...input: Arguments<"imports_import_uploads">): Promise<Answer<"imports_import_uploads", 200 | 201> | Job>;
  };
  readonly jobs: {
    /** Cancel a job. */
    cancel(...input: Arguments<"jobs_cancel">): Promise<Answer<"jobs_cancel">>;
    /** Follow a job (server-sent events). */
    events(...input: Arguments<"jobs_events">): AsyncGenerator<ServerEvent, void>;
    /** The file that an export wrote. */
    file(...input: Arguments<"jobs_file">): Promise<File>;
    /** One job. */
    get(...input: Arguments<"jobs_job">): Promise<Answer<"jobs_job">>;
    /** Jobs, newest first. */
    list(...input: Arguments<"jobs_jobs">): AsyncGenerator<Item<"jobs_jobs">, void>;
    /** Start a job. */
    start(...input: Arguments<"jobs_start">): Promise<Job>;
  };
  readonly map: {
    /** What hangs together on a map. */
    around(...input: Arguments<"map_around">): Promise<Answer<"map_around">>;
    /** A map of any size. */
    atlas(...input: Arguments<"map_atlas">): Promise<Answer<"map_atlas">>;
    /** Change a saved view. */
    change_view(...input: Arguments<"map_change_view">): Promise<Answer<"map_change_view">>;
    /** What a container of a map holds. */
    children(...input: Arguments<"map_children">): AsyncGenerator<Item<"map_children">, void>;
    /** What was looked at, and what could not be. */
    coverage(...input: Arguments<"map_coverage">): Promise<Answer<"map_coverage">>;
    /** Delete a saved view. */
    delete_view(...input: Arguments<"map_delete_view">): Promise<Answer<"map_delete_view">>;
    /** The icons of kinds and types. */
    icons(...input: Arguments<"map_icons">): Promise<Answer<"map_icons">>;
    /** The same picture as a file. */
    picture(...input: Arguments<"map_picture">): Promise<File>;
    /** Where a resource is on a map. */
    place(...input: Arguments<"map_place">): Promise<Answer<"map_place">>;
    /** Save a view. */
    save_view(...input: Arguments<"map_save_view">): Promise<Answer<"map_save_view">>;
    /** The laid-out picture. */
    scene(...input: Arguments<"map_scene">): Promise<Answer<"map_scene">>;
    /** Windows of a map. */
    tiles(...input: Arguments<"map_tiles">): Promise<Answer<"map_tiles">>;
    /** Your saved views, by name. */
    views(...input: Arguments<"map_views">): AsyncGenerator<Item<"map_views">, void>;
    /** A way between two resources. */
    way(...input: Arguments<"map_way">): Promise<Answer<"map_way">>;
  };
  readonly resources: {
    /** How many resources have each value. */
    facets(...input: Arguments<"resources_facets">): Promise<Answer<"resources_facets">>;
    /** Every state a resource has had. */
    history(...input: Arguments<"resources_history">): Promise<Answer<"resources_history">>;
    /** What a resource hangs together with. */
    neighbours(...input: Arguments<"resources_neighbours">): Promise<Answer<"resources_neighbours">>;
    /** A resource with its links. */
    get(...input: Arguments<"resources_resource">): Promise<Answer<"resources_resource">>;
    /** Resources that fulfil all conditions. */
    list(...input: Arguments<"resources_resources">): AsyncGenerator<Item<"resources_resources">, void>;
    /** Resources that fulfil all conditions of a body. */
    search(...input: Arguments<"resources_search">): AsyncGenerator<Item<"resources_search">, void>;
  };
  readonly schedules: {
    /** Change a schedule. */
    change(...input: Arguments<"schedules_change">): Promise<Answer<"schedules_change">>;
    /** Make a schedule. */
    create(...input: Arguments<"schedules_create">): Promise<Answer<"schedules_create">>;
    /** Delete a schedule. */
    delete(...input: Arguments<"schedules_delete">): Promise<Answer<"schedules_delete">>;
    /** Start a schedule's job now. */
    run_now(...input: Arguments<"schedules_run_now">): Promise<Job>;
    /** The history of a schedule. */
    runs(...input: Arguments<"schedules_runs">): AsyncGenerator<Item<"schedules_runs">, void>;
    /** One schedule. */
    get(...input: Arguments<"schedules_schedule">): Promise<Answer<"schedules_schedule">>;
    /** Schedules, by name. */
    list(...input: Arguments<"schedules_schedules">): AsyncGenerator<Item<"schedules_schedules">, void>;
  };
  readonly webhooks: {
    /** Change a webhook. */
    change(...input: Arguments<"webhooks_change">): Promise<Answer<"webhooks_change">>;
    /** Delete a webhook. */
    delete(...input: Arguments<"webhooks_delete">): Promise<Answer<"webhooks_delete">>;
    /** Deliveries of a webhook with their tries, newest first. */
    deliveries(...input: Arguments<"webhooks_deliveries">): AsyncGenerator<Item<"webhooks_deliveries">, void>;
    /** One delivery with its tries. */
    delivery(...input: Arguments<"webhooks_delivery">): Promise<Answer<"webhooks_delivery">>;
    /** Let events wait. */
    pause(...input: Arguments<"webhooks_pause">): Promise<Answer<"webhooks_pause">>;
    /** Send a test. */
    ping(...input: Arguments<"webhooks_ping">): Promise<Answer<"webhooks_ping">>;
    /** Deliver once more. */
    redeliver(...input: Arguments<"webhooks_redeliver">): Promise<Answer<"webhooks_redeliver">>;
    /** Register a webhook. */
    register(...input: Arguments<"webhooks_register">): Promise<Answer<"webhooks_register">>;
    /** Go on with a paused or disabled webhook. */
    resume(...input: Arguments<"webhooks_resume">): Promise<Answer<"webhooks_resume">>;
    /** Exchange the signing secret. */
    rotate(...input: Arguments<"webhooks_rotate">): Promise<Answer<"webhooks_rotate">>;
    /** One webhook. */
    get(...input: Arguments<"webhooks_webhook">): Promise<Answer<"webhooks_webhook">>;
    /** Webhooks, newest first. */
    list(...input: Arguments<"webhooks_webhooks">): AsyncGenerator<Item<"webhooks_webhooks">, void>;
  };
}
