"""Between users and machines: forwarding rule → proxy → URL map → backend service → group or bucket."""

from __future__ import annotations

from cloudviz.catalogue.declare import (
    AssetList,
    KnownAs,
    ResourceType,
    TerraformJoin,
    asset_name,
    at,
    attached,
    guarded_by,
    inside,
    routes_to,
    uses,
)
from cloudviz.catalogue.gcp.names import SELF_LINK
from cloudviz.catalogue.kinds import Kind

_TARGETS = "gcp.support.target_proxy|gcp.support.target_pool"
_BACKENDS = "gcp.network.backend_service|gcp.network.cdn_backend_bucket"

FORWARDING_RULE = ResourceType(
    key="gcp.network.forwarding_rule",
    kind=Kind.LOAD_BALANCER,
    title="Forwarding rule",
    icon="gcp/cloud-load-balancing",
    listing=AssetList(
        "compute.googleapis.com/ForwardingRule",
        "compute.forwardingRules.aggregatedList",
        also={"compute.googleapis.com/GlobalForwardingRule": ""},
    ),
    known_as=KnownAs(
        terraform=("google_compute_forwarding_rule", "google_compute_global_forwarding_rule"),
        terraform_fields={"IPAddress": "ip_address", "IPProtocol": "ip_protocol"},
    ),
    id=asset_name(
        "compute.googleapis.com", "projects/{project}/regions/{location}/forwardingRules/{name}", given=SELF_LINK
    ),
    name=at("name"),
    region=at("region").as_location(),
    tags=at("labels"),
    facts={
        "address": at("IPAddress"),
        "scheme": at("loadBalancingScheme"),
        "protocol": at("IPProtocol"),
        "ports": at("portRange") | at("ports[]"),
    },
    sublabel=("address", "scheme"),
    links=(
        inside("gcp.network.subnetwork", at("subnetwork")),
        inside("gcp.network.network", at("network")),
        routes_to(_TARGETS, at("target").matching(r"(.+/target[A-Za-z]*(?:Proxies|Pools)/.+)")),
        routes_to("gcp.network.backend_service", at("backendService")),
    ),
    volatile=("fingerprint", "labelFingerprint"),
)

TARGET_PROXY = ResourceType(
    key="gcp.support.target_proxy",
    kind=Kind.LOAD_BALANCER,
    title="Target proxy",
    icon="gcp/cloud-load-balancing",
    listing=AssetList(
        "compute.googleapis.com/TargetHttpProxy",
        "compute.targetHttpProxies.aggregatedList",
        also={
            "compute.googleapis.com/TargetHttpsProxy": "compute.targetHttpsProxies.aggregatedList",
            "compute.googleapis.com/TargetSslProxy": "compute.targetSslProxies.list",
            "compute.googleapis.com/TargetTcpProxy": "compute.targetTcpProxies.aggregatedList",
        },
    ),
    known_as=KnownAs(
        terraform=(
            "google_compute_target_http_proxy",
            "google_compute_target_https_proxy",
            "google_compute_target_ssl_proxy",
            "google_compute_target_tcp_proxy",
            "google_compute_region_target_http_proxy",
            "google_compute_region_target_https_proxy",
            "google_compute_region_target_tcp_proxy",
        ),
        terraform_fields={"service": "backend_service"},
    ),
    id=asset_name(
        "compute.googleapis.com",
        "projects/{project}/global/targetHttpProxies/{name}",
        given=SELF_LINK,
        collections=("targetHttpsProxies", "targetSslProxies", "targetTcpProxies"),
    ),
    name=at("name"),
    region=at("region").as_location(),
    links=(
        routes_to("gcp.network.url_map", at("urlMap")),
        routes_to("gcp.network.backend_service", at("service")),
    ),
    volatile=("fingerprint",),
    supporting=True,
)

TARGET_POOL = ResourceType(
    key="gcp.support.target_pool",
    kind=Kind.TARGET_GROUP,
    title="Target pool",
    icon="gcp/cloud-load-balancing",
    listing=AssetList("compute.googleapis.com/TargetPool", "compute.targetPools.aggregatedList"),
    known_as=KnownAs(terraform=("google_compute_target_pool",)),
    id=asset_name(
        "compute.googleapis.com", "projects/{project}/regions/{location}/targetPools/{name}", given=SELF_LINK
    ),
    name=at("name"),
    region=at("region").as_location(),
    facts={"affinity": at("sessionAffinity")},
    links=(
        routes_to("gcp.compute.instance", at("instances[]")),
        uses("gcp.support.health_check", at("healthChecks[]").matching(r"(.+/healthChecks/.+)")),
    ),
    supporting=True,
)

URL_MAP = ResourceType(
    key="gcp.network.url_map",
    kind=Kind.LOAD_BALANCER,
    title="URL map",
    icon="gcp/cloud-load-balancing",
    listing=AssetList("compute.googleapis.com/UrlMap", "compute.urlMaps.aggregatedList"),
    known_as=KnownAs(
        terraform=("google_compute_url_map", "google_compute_region_url_map"),
        terraform_fields={
            "hostRules[].hosts[]": "host_rule[].hosts[]",
            "pathMatchers[].defaultService": "path_matcher[].default_service",
            "pathMatchers[].pathRules[].service": "path_matcher[].path_rule[].service",
            "pathMatchers[].routeRules[].service": "path_matcher[].route_rules[].service",
        },
    ),
    id=asset_name("compute.googleapis.com", "projects/{project}/global/urlMaps/{name}", given=SELF_LINK),
    name=at("name"),
    region=at("region").as_location(),
    facts={"hosts": at("hostRules[].hosts[]")},
    sublabel=(),
    links=(
        routes_to(_BACKENDS, at("defaultService")),
        routes_to(_BACKENDS, at("pathMatchers[].defaultService")),
        routes_to(_BACKENDS, at("pathMatchers[].pathRules[].service")),
        routes_to(_BACKENDS, at("pathMatchers[].routeRules[].service")),
    ),
    volatile=("fingerprint",),
)

BACKEND_SERVICE = ResourceType(
    key="gcp.network.backend_service",
    kind=Kind.TARGET_GROUP,
    title="Backend service",
    icon="gcp/cloud-load-balancing",
    listing=AssetList(
        "compute.googleapis.com/BackendService",
        "compute.backendServices.aggregatedList",
        also={"compute.googleapis.com/RegionBackendService": ""},
    ),
    known_as=KnownAs(
        terraform=("google_compute_backend_service", "google_compute_region_backend_service"),
        terraform_fields={
            "enableCDN": "enable_cdn",
            "backends[].group": "backend[].group",
            "healthChecks[]": "health_checks[]",
        },
    ),
    id=asset_name("compute.googleapis.com", "projects/{project}/global/backendServices/{name}", given=SELF_LINK),
    name=at("name"),
    region=at("region").as_location(),
    facts={
        "protocol": at("protocol"),
        "scheme": at("loadBalancingScheme"),
        # Cloud CDN is a switch of the backend: enableCDN here, enableCdn on a backend bucket.
        "cdn": at("enableCDN"),
    },
    sublabel=("protocol",),
    links=(
        inside("gcp.network.network", at("network")),
        routes_to("gcp.compute.instance_group|gcp.support.neg", at("backends[].group")),
        guarded_by("gcp.support.security_policy", at("securityPolicy")),
        uses("gcp.support.health_check", at("healthChecks[]").matching(r"(.+/healthChecks/.+)")),
    ),
    volatile=("fingerprint",),
)

BACKEND_BUCKET = ResourceType(
    key="gcp.network.cdn_backend_bucket",
    kind=Kind.CDN,
    title="Cloud CDN backend bucket",
    icon="gcp/cloud-cdn",
    listing=AssetList("compute.googleapis.com/BackendBucket", "compute.backendBuckets.list", is_global=True),
    known_as=KnownAs(terraform=("google_compute_backend_bucket",)),
    id=asset_name("compute.googleapis.com", "projects/{project}/global/backendBuckets/{name}", given=SELF_LINK),
    name=at("name"),
    facts={"cdn": at("enableCdn")},
    sublabel=(),
    links=(
        routes_to("gcp.storage.bucket", at("bucketName")),
        guarded_by("gcp.support.security_policy", at("edgeSecurityPolicy")),
    ),
)

NEG = ResourceType(
    key="gcp.support.neg",
    kind=Kind.TARGET_GROUP,
    title="Network endpoint group",
    icon="gcp/cloud-load-balancing",
    listing=AssetList(
        "compute.googleapis.com/NetworkEndpointGroup", "compute.networkEndpointGroups.aggregatedList"
    ),
    known_as=KnownAs(
        terraform=("google_compute_network_endpoint_group", "google_compute_region_network_endpoint_group"),
        terraform_fields={
            "cloudRun.service": "cloud_run[].service",
            "cloudFunction.function": "cloud_function[].function",
        },
    ),
    id=asset_name(
        "compute.googleapis.com",
        "projects/{project}/zones/{zone}/networkEndpointGroups/{name}",
        given=SELF_LINK,
    ),
    name=at("name"),
    zone=at("zone").as_location(),
    region=(at("region") | at("zone")).as_location().matching(r"^([a-z]+-[a-z]+\d+)(?:-[a-z])?$"),
    facts={"class": at("networkEndpointType"), "endpoints": at("size")},
    sublabel=("class",),
    links=(
        inside("gcp.network.subnetwork", at("subnetwork")),
        attached("gcp.network.network", at("network")),
        # A serverless group names its service by its name alone, which lies in the group's region.
        routes_to("gcp.compute.cloud_run_service", at("cloudRun.service")),
        routes_to("gcp.compute.cloud_function", at("cloudFunction.function")),
    ),
    volatile=("size",),
    supporting=True,
)

HEALTH_CHECK = ResourceType(
    key="gcp.support.health_check",
    kind=Kind.OTHER,
    title="Health check",
    icon="gcp/cloud-load-balancing",
    listing=AssetList("compute.googleapis.com/HealthCheck", "compute.healthChecks.aggregatedList"),
    known_as=KnownAs(
        terraform=("google_compute_health_check", "google_compute_region_health_check"),
    ),
    id=asset_name("compute.googleapis.com", "projects/{project}/global/healthChecks/{name}", given=SELF_LINK),
    name=at("name"),
    region=at("region").as_location(),
    facts={"protocol": at("type")},
    supporting=True,
)

SECURITY_POLICY = ResourceType(
    key="gcp.support.security_policy",
    kind=Kind.FIREWALL,
    title="Cloud Armor policy",
    icon="gcp/cloud-armor",
    listing=AssetList("compute.googleapis.com/SecurityPolicy", "compute.securityPolicies.aggregatedList"),
    known_as=KnownAs(terraform=("google_compute_security_policy", "google_compute_region_security_policy")),
    id=asset_name("compute.googleapis.com", "projects/{project}/global/securityPolicies/{name}", given=SELF_LINK),
    name=at("name"),
    region=at("region").as_location(),
    tags=at("labels"),
    facts={"class": at("type")},
    volatile=("fingerprint", "labelFingerprint"),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (
    FORWARDING_RULE,
    TARGET_PROXY,
    TARGET_POOL,
    URL_MAP,
    BACKEND_SERVICE,
    BACKEND_BUCKET,
    NEG,
    HEALTH_CHECK,
    SECURITY_POLICY,
)

JOINS: tuple[TerraformJoin, ...] = ()
