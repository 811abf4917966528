"""The networks, machines and load balancers of a made-up project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_clouds.gcp_estate import REGION, ZONE

if TYPE_CHECKING:
    from fake_clouds.gcp_estate import _Project as Project

IN_REGION = f"regions/{REGION}"
IN_ZONE = f"zones/{ZONE}"


def fill(project: Project) -> None:
    """Everything of Compute Engine."""
    _networks(project)
    _machines(project)
    _balancers(project)


def _networks(project: Project) -> None:
    api, compute = project.api, project.compute
    main, peer = f"{compute}/global/networks/main", f"{compute}/global/networks/peer"
    project.in_compute(
        "gcp.network.network",
        "Network",
        "global",
        "networks",
        "main",
        {"peerings": [{"name": "to-peer", "network": f"{api}/global/networks/peer", "state": "ACTIVE"}]},
        links=(("routes_to", peer),),
    )
    project.in_compute("gcp.network.network", "Network", "global", "networks", "peer", {})
    web = project.in_compute(
        "gcp.network.subnetwork",
        "Subnetwork",
        IN_REGION,
        "subnetworks",
        "web",
        {"network": f"{api}/global/networks/main", "ipCidrRange": "10.0.0.0/20"},
        inside=main,
    )
    project.in_compute(
        "gcp.network.firewall",
        "Firewall",
        "global",
        "firewalls",
        "allow-web",
        {
            "network": f"{api}/global/networks/main",
            "direction": "INGRESS",
            "targetTags": ["web", "edge"],
            "sourceRanges": ["0.0.0.0/0"],
        },
        inside=main,
        # The machine "web-1" has the network tag "web" and an interface in the same network.
        inverse=(("guarded_by", f"{compute}/{IN_ZONE}/instances/web-1"),),
    )
    # The same tag in a network in which the machine has no interface guards nothing.
    project.in_compute(
        "gcp.network.firewall",
        "Firewall",
        "global",
        "firewalls",
        "allow-peer",
        {
            "network": f"{api}/global/networks/peer",
            "direction": "INGRESS",
            "targetTags": ["web"],
        },
        inside=peer,
    )
    account = f"app@{project.id}.iam.gserviceaccount.com"
    project.in_compute(
        "gcp.network.firewall",
        "Firewall",
        "global",
        "firewalls",
        "allow-app",
        {
            "network": f"{api}/global/networks/main",
            "direction": "INGRESS",
            "targetServiceAccounts": [account],
        },
        inside=main,
        links=(("uses", f"//iam.googleapis.com/projects/{project.id}/serviceAccounts/{account}"),),
    )
    tunnel = f"{compute}/{IN_REGION}/vpnTunnels/office"
    router = f"{compute}/{IN_REGION}/routers/nat"
    nat_address = f"{compute}/{IN_REGION}/addresses/nat"
    project.in_compute(
        "gcp.network.router",
        "Router",
        IN_REGION,
        "routers",
        "nat",
        {
            "network": f"{api}/global/networks/main",
            "nats": [
                {
                    "name": "out",
                    "subnetworks": [{"name": f"{api}/{IN_REGION}/subnetworks/web"}],
                    "natIps": [f"{api}/{IN_REGION}/addresses/nat"],
                }
            ],
            "interfaces": [{"name": "if-1", "linkedVpnTunnel": f"{api}/{IN_REGION}/vpnTunnels/office"}],
        },
        inside=main,
        links=(("attached_to", web), ("uses", nat_address), ("routes_to", tunnel)),
    )
    project.in_compute(
        "gcp.network.address",
        "Address",
        IN_REGION,
        "addresses",
        "nat",
        {"address": "34.1.1.1", "status": "IN_USE", "users": [f"{api}/{IN_REGION}/routers/nat"]},
    )
    gateway = project.in_compute(
        "gcp.support.vpn_gateway",
        "VpnGateway",
        IN_REGION,
        "vpnGateways",
        "office",
        {"network": f"{api}/global/networks/main", "vpnInterfaces": [{"id": 0, "ipAddress": "35.0.0.1"}]},
        inside=main,
    )
    project.in_compute(
        "gcp.support.vpn_tunnel",
        "VpnTunnel",
        IN_REGION,
        "vpnTunnels",
        "office",
        {
            "vpnGateway": f"{api}/{IN_REGION}/vpnGateways/office",
            "router": f"{api}/{IN_REGION}/routers/nat",
            "status": "ESTABLISHED",
            "peerIp": "198.51.100.7",
            "sharedSecret": "hunter2-hunter2",
        },
        links=(("attached_to", gateway), ("attached_to", router)),
    )
    project.in_compute(
        "gcp.support.route",
        "Route",
        "global",
        "routes",
        "to-office",
        {
            "network": f"{api}/global/networks/main",
            "destRange": "192.168.0.0/16",
            "nextHopVpnTunnel": f"{api}/{IN_REGION}/vpnTunnels/office",
        },
        inside=main,
        links=(("routes_to", tunnel),),
    )
    project.add(
        "gcp.network.dns_zone",
        "dns.googleapis.com/ManagedZone",
        f"//dns.googleapis.com/projects/{project.id}/managedZones/7700{project.number[-1]}",
        {
            "id": f"7700{project.number[-1]}",
            "name": "internal",
            "dnsName": "internal.example.com.",
            "visibility": "private",
            "privateVisibilityConfig": {"networks": [{"networkUrl": f"{api}/global/networks/main"}]},
            "peeringConfig": {"targetNetwork": {"networkUrl": f"{api}/global/networks/peer"}},
        },
        links=(("attached_to", main), ("routes_to", peer)),
        label="internal",
    )


def _machines(project: Project) -> None:
    api, compute = project.api, project.compute
    main = f"{compute}/global/networks/main"
    web = f"{compute}/{IN_REGION}/subnetworks/web"
    account = f"app@{project.id}.iam.gserviceaccount.com"
    app = f"//iam.googleapis.com/projects/{project.id}/serviceAccounts/{account}"
    key = f"projects/{project.id}/locations/{REGION}/keyRings/shop/cryptoKeys/disks"
    manager = f"{compute}/{IN_ZONE}/instanceGroupManagers/web"
    interfaces = [
        {
            "network": f"{api}/global/networks/main",
            "subnetwork": f"{api}/{IN_REGION}/subnetworks/web",
            "networkIP": "10.0.0.5",
            "accessConfigs": [{"natIP": "34.9.9.9"}],
        }
    ]
    machine = project.in_compute(
        "gcp.compute.instance",
        "Instance",
        IN_ZONE,
        "instances",
        "web-1",
        {
            "machineType": f"{api}/{IN_ZONE}/machineTypes/e2-standard-4",
            "status": "RUNNING",
            "networkInterfaces": interfaces,
            "disks": [{"source": f"{api}/{IN_ZONE}/disks/web-1"}],
            "serviceAccounts": [{"email": account}],
            "tags": {"items": ["web", "nobody"]},
            "labels": {"env": "prod"},
            "metadata": {
                "items": [
                    {"key": "startup-script", "value": "#!/bin/sh\necho projects/none"},
                    {
                        "key": "created-by",
                        "value": f"projects/{project.number}/{IN_ZONE}/instanceGroupManagers/web",
                    },
                ]
            },
        },
        inside=web,
        links=(
            ("member_of", main),
            ("attached_to", f"{compute}/{IN_ZONE}/disks/web-1"),
            ("runs_as", app),
            ("member_of", manager),
        ),
    )
    project.in_compute(
        "gcp.storage.disk",
        "Disk",
        IN_ZONE,
        "disks",
        "web-1",
        {
            "sizeGb": "50",
            "status": "READY",
            "users": [f"{api}/{IN_ZONE}/instances/web-1"],
            "diskEncryptionKey": {"kmsKeyName": f"{key}/cryptoKeyVersions/3"},
            "sourceImage": f"{api}/global/images/base",
        },
        inverse=(("attached_to", machine),),
        links=(
            ("uses", f"//cloudkms.googleapis.com/{key}"),
            ("uses", f"{compute}/global/images/base"),
        ),
    )
    project.in_compute(
        "gcp.storage.disk",
        "RegionDisk",
        IN_REGION,
        "disks",
        "spread",
        {"sizeGb": "200", "status": "READY", "sourceSnapshot": f"{api}/global/snapshots/nightly"},
        links=(("uses", f"{compute}/global/snapshots/nightly"),),
    )
    project.in_compute(
        "gcp.support.snapshot",
        "Snapshot",
        "global",
        "snapshots",
        "nightly",
        {"status": "READY", "sourceDisk": f"{api}/{IN_ZONE}/disks/web-1", "diskSizeGb": "50"},
        links=(("uses", f"{compute}/{IN_ZONE}/disks/web-1"),),
    )
    project.in_compute(
        "gcp.support.image", "Image", "global", "images", "base", {"status": "READY", "family": "base"}
    )
    template = project.in_compute(
        "gcp.support.instance_template",
        "InstanceTemplate",
        "global",
        "instanceTemplates",
        "web",
        {
            "properties": {
                "machineType": "e2-standard-4",
                "networkInterfaces": [
                    {
                        "network": f"{api}/global/networks/main",
                        "subnetwork": f"{api}/{IN_REGION}/subnetworks/web",
                    }
                ],
                "serviceAccounts": [{"email": account}],
            }
        },
        links=(("uses", main), ("uses", web), ("uses", app)),
    )
    group = f"{compute}/{IN_ZONE}/instanceGroups/web"
    pool = f"{compute}/{IN_REGION}/targetPools/old"
    project.in_compute(
        "gcp.compute.instance_group",
        "InstanceGroupManager",
        IN_ZONE,
        "instanceGroupManagers",
        "web",
        {
            "instanceTemplate": f"{api}/global/instanceTemplates/web",
            "instanceGroup": f"{api}/{IN_ZONE}/instanceGroups/web",
            "targetPools": [f"{api}/{IN_REGION}/targetPools/old"],
            "targetSize": 1,
        },
        links=(("uses", template), ("contains", group), ("member_of", pool)),
    )
    project.in_compute(
        "gcp.compute.instance_group",
        "InstanceGroup",
        IN_ZONE,
        "instanceGroups",
        "web",
        {
            "network": f"{api}/global/networks/main",
            "subnetwork": f"{api}/{IN_REGION}/subnetworks/web",
            "size": 1,
        },
        inside=web,
        links=(("member_of", main),),
    )
    # One that somebody filled by hand: only a list of its own tells with what.
    project.in_compute(
        "gcp.compute.instance_group",
        "InstanceGroup",
        IN_ZONE,
        "instanceGroups",
        "by-hand",
        {"network": f"{api}/global/networks/main", "size": 1},
        inside=main,
        links=(("contains", f"{compute}/{IN_ZONE}/instances/web-1"),),
    )
    path = f"projects/{project.id}/{IN_ZONE}/instanceGroups/by-hand"
    project.estate.members[path] = [f"{api}/{IN_ZONE}/instances/web-1"]
    _cluster(project)


def _cluster(project: Project) -> None:
    api, compute = project.api, project.compute
    main = f"{compute}/global/networks/main"
    web = f"{compute}/{IN_REGION}/subnetworks/web"
    account = f"app@{project.id}.iam.gserviceaccount.com"
    app = f"//iam.googleapis.com/projects/{project.id}/serviceAccounts/{account}"
    manager = f"{compute}/{IN_ZONE}/instanceGroupManagers/gke-nodes"
    group = f"{compute}/{IN_ZONE}/instanceGroups/gke-nodes"
    project.in_compute(
        "gcp.compute.instance_group",
        "InstanceGroupManager",
        IN_ZONE,
        "instanceGroupManagers",
        "gke-nodes",
        {"instanceGroup": f"{api}/{IN_ZONE}/instanceGroups/gke-nodes", "targetSize": 3},
        links=(("contains", group),),
    )
    project.in_compute(
        "gcp.compute.instance_group", "InstanceGroup", IN_ZONE, "instanceGroups", "gke-nodes", {"size": 3}
    )
    urls = [f"{api}/{IN_ZONE}/instanceGroupManagers/gke-nodes"]
    at = f"projects/{project.id}/locations/{REGION}/clusters/main"
    pool = {
        "name": "default-pool",
        "selfLink": f"https://container.googleapis.com/v1/{at}/nodePools/default-pool",
        "config": {"machineType": "e2-medium", "serviceAccount": account},
        "instanceGroupUrls": urls,
        "status": "RUNNING",
        "version": "1.33.1",
    }
    cluster = project.add(
        "gcp.compute.gke_cluster",
        "container.googleapis.com/Cluster",
        f"//container.googleapis.com/{at}",
        {
            "name": "main",
            "location": REGION,
            "selfLink": f"https://container.googleapis.com/v1/{at}",
            "status": "RUNNING",
            "networkConfig": {
                "network": f"projects/{project.id}/global/networks/main",
                "subnetwork": f"projects/{project.id}/regions/{REGION}/subnetworks/web",
            },
            "nodePools": [pool],
            "resourceLabels": {"team": "shop"},
            "databaseEncryption": {
                "keyName": f"projects/{project.id}/locations/{REGION}/keyRings/shop/cryptoKeys/disks"
            },
        },
        location=REGION,
        inside=web,
        links=(
            ("member_of", main),
            ("runs_as", app),
            ("contains", manager),
            (
                "uses",
                f"//cloudkms.googleapis.com/projects/{project.id}/locations/{REGION}/keyRings/shop/cryptoKeys/disks",
            ),
        ),
        label="main",
    )
    project.add(
        "gcp.support.gke_node_pool",
        "container.googleapis.com/NodePool",
        f"//container.googleapis.com/{at}/nodePools/default-pool",
        pool,
        location=REGION,
        part_of=cluster,
        links=(("contains", manager), ("runs_as", app)),
    )
    # A zonal cluster says zones/ where a regional one says locations/.
    zonal = f"projects/{project.id}/zones/{ZONE}/clusters/small"
    project.add(
        "gcp.compute.gke_cluster",
        "container.googleapis.com/Cluster",
        f"//container.googleapis.com/{zonal}",
        {
            "name": "small",
            "location": ZONE,
            "selfLink": f"https://container.googleapis.com/v1/{zonal}",
            "status": "RECONCILING",
            "networkConfig": {"network": f"projects/{project.id}/global/networks/peer"},
        },
        location=ZONE,
        inside=f"{compute}/global/networks/peer",
    )


def _balancers(project: Project) -> None:
    api, compute = project.api, project.compute
    main = f"{compute}/global/networks/main"
    web = f"{compute}/{IN_REGION}/subnetworks/web"
    check = project.in_compute(
        "gcp.support.health_check", "HealthCheck", "global", "healthChecks", "http", {"type": "HTTP"}
    )
    policy = project.in_compute(
        "gcp.support.security_policy",
        "SecurityPolicy",
        "global",
        "securityPolicies",
        "armor",
        {"type": "CLOUD_ARMOR"},
    )
    run = f"//run.googleapis.com/projects/{project.id}/locations/{REGION}/services/api"
    neg = project.in_compute(
        "gcp.support.neg",
        "NetworkEndpointGroup",
        IN_REGION,
        "networkEndpointGroups",
        "api",
        {"networkEndpointType": "SERVERLESS", "cloudRun": {"service": "api"}},
        links=(("routes_to", run),),
    )
    service = project.in_compute(
        "gcp.network.backend_service",
        "BackendService",
        "global",
        "backendServices",
        "web",
        {
            "protocol": "HTTP",
            "enableCDN": True,
            "backends": [
                {"group": f"{api}/{IN_ZONE}/instanceGroups/web"},
                {"group": f"{api}/{IN_REGION}/networkEndpointGroups/api"},
            ],
            "healthChecks": [f"{api}/global/healthChecks/http"],
            "securityPolicy": f"{api}/global/securityPolicies/armor",
        },
        links=(
            ("routes_to", f"{compute}/{IN_ZONE}/instanceGroups/web"),
            ("routes_to", neg),
            ("uses", check),
            ("guarded_by", policy),
        ),
    )
    inner = project.in_compute(
        "gcp.network.backend_service",
        "RegionBackendService",
        IN_REGION,
        "backendServices",
        "inner",
        {
            "protocol": "TCP",
            "network": f"{api}/global/networks/main",
            "backends": [{"group": f"{api}/{IN_ZONE}/instanceGroups/gke-nodes"}],
        },
        inside=main,
        links=(("routes_to", f"{compute}/{IN_ZONE}/instanceGroups/gke-nodes"),),
    )
    assets = project.in_compute(
        "gcp.network.cdn_backend_bucket",
        "BackendBucket",
        "global",
        "backendBuckets",
        "assets",
        {"bucketName": f"{project.id}-assets", "enableCdn": True},
        links=(("routes_to", f"//storage.googleapis.com/{project.id}-assets"),),
    )
    urls = project.in_compute(
        "gcp.network.url_map",
        "UrlMap",
        "global",
        "urlMaps",
        "shop",
        {
            "defaultService": f"{api}/global/backendServices/web",
            "pathMatchers": [
                {
                    "defaultService": f"{api}/global/backendServices/web",
                    "pathRules": [{"paths": ["/static/*"], "service": f"{api}/global/backendBuckets/assets"}],
                }
            ],
        },
        links=(("routes_to", service), ("routes_to", assets)),
    )
    proxies = {}
    for word, collection, target in (
        ("TargetHttpProxy", "targetHttpProxies", {"urlMap": f"{api}/global/urlMaps/shop"}),
        ("TargetHttpsProxy", "targetHttpsProxies", {"urlMap": f"{api}/global/urlMaps/shop"}),
        ("TargetSslProxy", "targetSslProxies", {"service": f"{api}/global/backendServices/web"}),
        ("TargetTcpProxy", "targetTcpProxies", {"service": f"{api}/global/backendServices/web"}),
    ):
        proxies[word] = project.in_compute(
            "gcp.support.target_proxy",
            word,
            "global",
            collection,
            "shop",
            dict(target),
            links=(("routes_to", urls if "urlMap" in target else service),),
        )
    front = project.in_compute(
        "gcp.network.forwarding_rule",
        "GlobalForwardingRule",
        "global",
        "forwardingRules",
        "front",
        {
            "IPAddress": "34.8.8.8",
            "IPProtocol": "TCP",
            "portRange": "443-443",
            "target": f"{api}/global/targetHttpsProxies/shop",
            "loadBalancingScheme": "EXTERNAL_MANAGED",
        },
        links=(("routes_to", proxies["TargetHttpsProxy"]),),
    )
    project.in_compute(
        "gcp.network.address",
        "GlobalAddress",
        "global",
        "addresses",
        "front",
        {"address": "34.8.8.8", "status": "IN_USE", "users": [f"{api}/global/forwardingRules/front"]},
        inverse=(("attached_to", front),),
    )
    project.in_compute(
        "gcp.network.forwarding_rule",
        "ForwardingRule",
        IN_REGION,
        "forwardingRules",
        "inner",
        {
            "IPAddress": "10.0.0.80",
            "backendService": f"{api}/{IN_REGION}/backendServices/inner",
            "network": f"{api}/global/networks/main",
            "subnetwork": f"{api}/{IN_REGION}/subnetworks/web",
            "loadBalancingScheme": "INTERNAL",
        },
        inside=web,
        links=(("member_of", main), ("routes_to", inner)),
    )
    pool = project.in_compute(
        "gcp.support.target_pool",
        "TargetPool",
        IN_REGION,
        "targetPools",
        "old",
        {"instances": [f"{api}/{IN_ZONE}/instances/web-1"]},
        links=(("routes_to", f"{compute}/{IN_ZONE}/instances/web-1"),),
    )
    project.in_compute(
        "gcp.network.forwarding_rule",
        "ForwardingRule",
        IN_REGION,
        "forwardingRules",
        "old",
        {"IPAddress": "34.7.7.7", "target": f"{api}/{IN_REGION}/targetPools/old"},
        links=(("routes_to", pool),),
    )
