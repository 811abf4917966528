"""Google Cloud as a source: plain HTTP, Google's library for tokens only, and a word on all that was not seen."""

from cloudviz.sources.gcp.permissions import permissions
from cloudviz.sources.gcp.provider import GcpProvider
from cloudviz.sources.gcp.session import Limits, StaticToken

__all__ = ["GcpProvider", "Limits", "StaticToken", "permissions"]
