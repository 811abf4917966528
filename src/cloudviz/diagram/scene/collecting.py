"""When Python looks for cycles among objects: not while a picture is made of many that all stay till its end."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep Python from looking for cycles while many small objects are made that all stay until the end.

    Looking cost a third of laying out 10,000 boxes, and a quarter of making the scene of 100,000 resources: the
    whole inventory was walked through each time. What is made is in proportion to the inventory, and counts as old
    afterwards: else all of it would be looked through at once. Threads that do this at once only end it early. A
    process that has frozen what it holds is left as it is.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()
