"""How Google's resources name themselves and each other, as fields that the declarations share.

A resource that comes from Cloud Asset Inventory comes in an envelope. Its source lays what the envelope says and
the resource does not into the body under names that start with ``@``.
"""

from __future__ import annotations

from cloudviz.catalogue.paths import Field, at

ASSET = "@asset"
"""The full resource name, ``//service/…``."""

PARENT = "@parent"
"""The full resource name of the folder or organisation that holds a project or folder."""

NUMBER = "@number"
"""The number of the project: some names hold it, others the project's id."""

MEMBERS = "@members"
"""The machines of an instance group that has no manager, as links to them."""

LAID_IN = frozenset({ASSET, PARENT, NUMBER, MEMBERS})
"""All of them: they name things, and are no part of a resource's configuration."""

SELF_LINK = at(ASSET) | at("selfLink")
"""What a resource of Compute Engine and its like is called."""

# A Terraform state has a short name where the cloud has a relative one: then the template is filled.
FULL_NAME = (at(ASSET) | at("name")).matching(r"^((?:https?:|//|projects/).+)$")
"""What a resource is called that names itself ``projects/…``."""

REGION = at("name").matching(r"/locations/([a-z]+-[a-z]+\d+|[a-z0-9-]+?)(?:-[a-z])?/")
ZONE = at("name").matching(r"/locations/([a-z]+-[a-z]+\d+-[a-z])/")

_KEY = r"(projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+)"


def kms_key(path: str) -> Field:
    """A Cloud KMS key, without the version that some references end in."""
    return at(path).matching(_KEY)


def account(where: Field) -> Field:
    """A service account by its e-mail address, which names its project. "default" and the like are left out."""
    return where.matching(r"([^/\s]+@[^/\s]+)$").rewritten(
        r"^(.+@([a-z0-9-]+)\.iam\.gserviceaccount\.com)$", r"projects/\2/serviceAccounts/\1"
    )


def bucket(path: str) -> Field:
    """A bucket by a ``gs://`` URI, or by its name alone."""
    return at(path).matching(r"^(?:gs://|storage\.googleapis\.com/)?([a-z0-9][a-z0-9._-]+)")
