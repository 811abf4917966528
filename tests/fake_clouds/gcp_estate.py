"""A made-up estate on Google Cloud of any size, with the truth about it: ids, places and links, written by hand.

Every project has one of each type that CloudViz declares; machines with their disks fill it up to the size asked
for. Names, hosts and shapes follow https://cloud.google.com/asset-inventory/docs/asset-names and the REST
references. The truth states what each resource refers to, and is not derived from CloudViz's declarations.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]

ORGANIZATION = "4711"
FOLDER = "815"
REGION = "europe-west1"
ZONE = "europe-west1-b"
COMPUTE = "//compute.googleapis.com"
RESOURCE_MANAGER = "//cloudresourcemanager.googleapis.com"


@dataclass(frozen=True)
class Asset:
    """One asset: what Cloud Asset Inventory says of it, and what its own service's list says."""

    name: str
    asset_type: str
    location: str
    ancestors: tuple[str, ...]
    data: Body
    direct: Body
    parent: str
    path: str
    """The name in its service's own words: with the project's id, ``projects/…``."""


@dataclass
class Truth:
    """What a scan must find: (id, type), (source, target, kind), the container, account and region of each id."""

    resources: set[tuple[str, str]] = field(default_factory=set)
    links: set[tuple[str, str, str]] = field(default_factory=set)
    parents: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    regions: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


@dataclass
class Estate:
    """All assets, the truth about them, and the projects by id with their numbers."""

    assets: list[Asset] = field(default_factory=list)
    truth: Truth = field(default_factory=Truth)
    projects: dict[str, str] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)
    """The machines of an instance group that somebody filled by hand, as links, by the group's path."""


class _Project:
    """Puts the resources of one project into the estate."""

    def __init__(self, estate: Estate, project: str, number: str) -> None:
        self.estate = estate
        self.id = project
        self.number = number
        self.api = f"https://www.googleapis.com/compute/v1/projects/{project}"
        self.compute = f"{COMPUTE}/projects/{project}"
        self.ancestors = (f"projects/{number}", f"folders/{FOLDER}", f"organizations/{ORGANIZATION}")

    def add(
        self,
        type_key: str,
        asset_type: str,
        name: str,
        data: Body,
        *,
        location: str = "global",
        region: str | None = None,
        links: tuple[tuple[str, str], ...] = (),
        inverse: tuple[tuple[str, str], ...] = (),
        inside: str = "",
        part_of: str = "",
        identity: str = "",
        label: str = "",
        direct: Body | None = None,
        parent: str = "",
        ancestors: tuple[str, ...] = (),
        account: str = "",
    ) -> str:
        """Add a resource. ``links`` are (kind, target) from it, ``inverse`` (kind, source) to it; ``part_of`` is
        what it belongs to, ``inside`` its container, of which it is a member; ``identity`` is its id where that
        is not the asset's name."""
        key = identity or name
        truth = self.estate.truth
        truth.resources.add((key, type_key))
        truth.links |= {(key, target, kind) for kind, target in links}
        truth.links |= {(source, key, kind) for kind, source in inverse}
        if part_of:
            truth.links.add((key, part_of, "member_of"))
        if inside:
            truth.parents[key] = inside
            truth.links.add((key, inside, "member_of"))
        truth.accounts[key] = account or self.id
        truth.regions[key] = REGION if region is None and location.startswith(REGION) else region or location
        if label:
            truth.names[key] = label
        path = name[2:].partition("/")[2].replace(f"projects/{self.number}/", f"projects/{self.id}/")
        self.estate.assets.append(
            Asset(
                name,
                asset_type,
                location,
                ancestors or self.ancestors,
                data,
                direct if direct is not None else data,
                parent or f"{RESOURCE_MANAGER}/projects/{self.number}",
                path,
            )
        )
        return key

    def in_compute(
        self, type_key: str, word: str, place: str, collection: str, name: str, more: Body, **told: Any
    ) -> str:
        """Add a resource of Compute Engine in ``global``, ``regions/…`` or ``zones/…``."""
        link = f"{self.api}/{place}/{collection}/{name}"
        body: Body = {"name": name, "selfLink": link, "kind": f"compute#{word[0].lower()}{word[1:]}", **more}
        kind, _, where = place.partition("/")
        if where:
            body[kind.removesuffix("s")] = f"{self.api}/{place}"
        return self.add(
            type_key,
            f"compute.googleapis.com/{word}",
            f"{self.compute}/{place}/{collection}/{name}",
            body,
            location=where or "global",
            label=name,
            **told,
        )


def build(size: int = 200, projects: int = 2) -> Estate:
    """An estate of at least ``size`` resources (a project alone has about 70) in so many projects."""
    estate = Estate()
    holder = _Project(estate, "", "")
    organization = f"{RESOURCE_MANAGER}/organizations/{ORGANIZATION}"
    holder.add(
        "gcp.support.organization",
        "cloudresourcemanager.googleapis.com/Organization",
        organization,
        {"name": f"organizations/{ORGANIZATION}", "displayName": "example.com", "lifecycleState": "ACTIVE"},
        ancestors=(f"organizations/{ORGANIZATION}",),
        account=f"organizations/{ORGANIZATION}",
        parent="-",
    )
    folder = holder.add(
        "gcp.support.folder",
        "cloudresourcemanager.googleapis.com/Folder",
        f"{RESOURCE_MANAGER}/folders/{FOLDER}",
        {
            "name": f"folders/{FOLDER}",
            "displayName": "Shop",
            "lifecycleState": "ACTIVE",
            "parent": f"organizations/{ORGANIZATION}",
        },
        links=(("member_of", organization),),
        ancestors=(f"folders/{FOLDER}", f"organizations/{ORGANIZATION}"),
        account=f"folders/{FOLDER}",
        parent=organization,
    )
    made = []
    for index in range(projects):
        project = _Project(estate, f"shop-prod-{index + 1}", f"10000000000{index + 1}")
        estate.projects[project.id] = project.number
        _whole(project, folder)
        made.append(project)
    number = 0
    while len(estate.assets) < size:
        _machine(made[number % projects], f"worker-{number}")
        number += 1
    return estate


def _machine(project: _Project, name: str) -> None:
    subnet = f"{project.compute}/regions/{REGION}/subnetworks/web"
    network = f"{project.compute}/global/networks/main"
    machine = f"{project.compute}/zones/{ZONE}/instances/{name}"
    disk_link = f"{project.api}/zones/{ZONE}/disks/{name}"
    project.in_compute(
        "gcp.compute.instance",
        "Instance",
        f"zones/{ZONE}",
        "instances",
        name,
        {
            "machineType": f"{project.api}/zones/{ZONE}/machineTypes/e2-small",
            "status": "RUNNING",
            "networkInterfaces": [
                {
                    "network": f"{project.api}/global/networks/main",
                    "subnetwork": f"{project.api}/regions/{REGION}/subnetworks/web",
                    "networkIP": "10.0.0.9",
                }
            ],
            "disks": [{"source": disk_link, "boot": True}],
            "labels": {"role": "worker"},
        },
        links=(
            ("member_of", network),
            ("attached_to", f"{project.compute}/zones/{ZONE}/disks/{name}"),
        ),
        inside=subnet,
    )
    project.in_compute(
        "gcp.storage.disk",
        "Disk",
        f"zones/{ZONE}",
        "disks",
        name,
        {
            "sizeGb": "20",
            "status": "READY",
            "type": f"{project.api}/zones/{ZONE}/diskTypes/pd-ssd",
            "users": [f"{project.api}/zones/{ZONE}/instances/{name}"],
        },
        inverse=(("attached_to", machine),),
    )


def _whole(project: _Project, folder: str) -> None:
    """One of each type, and what ties them together."""
    from fake_clouds import gcp_estate_compute, gcp_estate_data, gcp_estate_services

    project.add(
        "gcp.support.project",
        "cloudresourcemanager.googleapis.com/Project",
        f"{RESOURCE_MANAGER}/projects/{project.number}",
        {
            "projectId": project.id,
            "projectNumber": project.number,
            "name": f"Shop {project.id[-1]}",
            "lifecycleState": "ACTIVE",
            "parent": {"type": "folder", "id": FOLDER},
        },
        links=(("member_of", folder),),
        parent=folder,
        label=f"Shop {project.id[-1]}",
    )
    gcp_estate_compute.fill(project)
    gcp_estate_services.fill(project)
    gcp_estate_data.fill(project)
