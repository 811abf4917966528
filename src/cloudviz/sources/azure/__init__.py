"""Azure as a source: Resource Graph and ARM over plain HTTP, and a word on everything not seen."""

from cloudviz.sources.azure.permissions import permissions, role
from cloudviz.sources.azure.provider import AzureProvider
from cloudviz.sources.azure.session import Limits

__all__ = ["AzureProvider", "Limits", "permissions", "role"]
