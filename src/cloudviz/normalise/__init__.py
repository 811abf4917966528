"""RawItem → Graph and Problems. It does not raise: one odd item never loses a scan (architecture, decision 3)."""

from cloudviz.normalise.items import cleaned
from cloudviz.normalise.normaliser import Batch, Normaliser, normalise
from cloudviz.normalise.shelf import LinkPile, Shelf, here
from cloudviz.normalise.staging import batch_of, packed_batch, rows_of, unpacked_batch

__all__ = [
    "Batch",
    "LinkPile",
    "Normaliser",
    "Shelf",
    "batch_of",
    "cleaned",
    "here",
    "normalise",
    "packed_batch",
    "rows_of",
    "unpacked_batch",
]
