"""CloudViz: what do we have, how does it hang together, what does it cost, what changed?"""

__version__ = "1.1.0"
