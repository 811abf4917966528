"""RawItem → Graph and Problems. It does not raise: one odd item never loses a scan (architecture, decision 3)."""

from cloudviz.normalise.items import normalise

__all__ = ["normalise"]
