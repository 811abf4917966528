"""Where a resource is looked at in its cloud's own console, found from its id alone.

An address is made only of ids whose form is known, every part percent-encoded, and always of one of the consoles
named here: a hostile id can't lead anywhere else.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from cloudviz.diagram.scene.document import SceneNode

_AWS = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
_ARN = re.compile(r"arn:(aws|aws-cn|aws-us-gov):[a-z0-9-]+:[a-z0-9-]*:[0-9]*:\S+")
_ARM = re.compile(r"/subscriptions/[0-9a-f-]+(?:/[^/?#\s]+)*")
_GCP_CONSOLE = "https://console.cloud.google.com"
_GCP: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern.replace("{", "(?P<").replace("}", ">[^/?#\\s]+)")), address)
    for pattern, address in (
        (
            "//compute.googleapis.com/projects/{project}/zones/{zone}/instances/{name}",
            "/compute/instancesDetail/zones/{zone}/instances/{name}?project={project}",
        ),
        (
            "//compute.googleapis.com/projects/{project}/global/networks/{name}",
            "/networking/networks/details/{name}?project={project}",
        ),
        (
            "//compute.googleapis.com/projects/{project}/regions/{region}/subnetworks/{name}",
            "/networking/subnetworks/details/{region}/{name}?project={project}",
        ),
        (
            "//container.googleapis.com/projects/{project}/(?:locations|zones)/{place}/clusters/{name}",
            "/kubernetes/clusters/details/{place}/{name}?project={project}",
        ),
        (
            "//cloudsql.googleapis.com/projects/{project}/instances/{name}",
            "/sql/instances/{name}/overview?project={project}",
        ),
        (
            "//run.googleapis.com/projects/{project}/locations/{place}/services/{name}",
            "/run/detail/{place}/{name}?project={project}",
        ),
        (
            "//pubsub.googleapis.com/projects/{project}/topics/{name}",
            "/cloudpubsub/topic/detail/{name}?project={project}",
        ),
        ("//storage.googleapis.com/{name}", "/storage/browser/{name}"),
    )
)


def console_address(resource_id: str) -> str:
    """The ``https`` address of a resource in its cloud's console; empty where none is known.

    Arguments:
        resource_id: an ARN, an ARM id or a full resource name, as contract §1 has it.
    """
    arn = _ARN.fullmatch(resource_id)
    if arn:
        return f"https://{_AWS[arn[1]]}/go/view?arn={_encoded(resource_id)}"
    if _ARM.fullmatch(resource_id):
        return "https://portal.azure.com/#resource" + "/".join(map(_encoded, resource_id.split("/")))
    for pattern, address in _GCP:
        found = pattern.fullmatch(resource_id)
        if found:
            parts = {key: _encoded(value) for key, value in found.groupdict().items()}
            return _GCP_CONSOLE + address.format_map(parts)
    return ""


def resource_of(node: SceneNode) -> str:
    """The id of the one resource that a node stands for; empty for stacks and for boxes that are no resource."""
    return node.members[0] if len(node.members) == 1 else ""


def node_address(node: SceneNode) -> str:
    """The console's address of what a node stands for; empty for stacks and for boxes that are no resource."""
    return console_address(resource_of(node))


def _encoded(text: str) -> str:
    return quote(text, safe="", errors="replace")
