"""Resources from files, without credentials. One file per format; :data:`FORMATS` lists them."""

from cloudviz.sources.offline.read import FORMATS, OfflineResult, read_paths

__all__ = ["FORMATS", "OfflineResult", "read_paths"]
