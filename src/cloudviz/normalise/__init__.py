"""RawItem → Graph and Problems. It does not raise: one odd item never loses a scan (architecture, decision 3)."""

from cloudviz.normalise.items import cleaned, normalise

__all__ = ["cleaned", "normalise"]
