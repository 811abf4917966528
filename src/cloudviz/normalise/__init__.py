"""RawItem → Graph and Problems. It does not raise: one odd item never loses a scan (architecture, decision 3)."""

from cloudviz.normalise.items import cleaned
from cloudviz.normalise.normaliser import Batch, Normaliser, normalise
from cloudviz.normalise.staging import batch_of, packed_batch, rows_of, unpacked_batch

__all__ = ["Batch", "Normaliser", "batch_of", "cleaned", "normalise", "packed_batch", "rows_of", "unpacked_batch"]
