"""The bundled demo estate: three clouds, about 400 resources, three looks that differ.

Nothing is read from disk or network: the estate is laid out in code, in the clouds' own field names, so that it
goes through the same catalogue and the same normaliser as a live scan.
"""

from cloudviz.sources.demo.estate import DemoSnapshot
from cloudviz.sources.demo.history import snapshots

__all__ = ["DemoSnapshot", "snapshots"]
