"""Counts for the progress of a scan, whatever the cloud."""

from __future__ import annotations

from cloudviz.sources.provider import Progress, ScanProgress


class Report:
    """How many steps are done of how many, and how much was found.

    Arguments:
        on_progress: who is told; nobody when None.
    """

    def __init__(self, on_progress: Progress | None) -> None:
        self._on_progress = on_progress
        self._done = self._total = self._resources = 0

    def expect(self, total: int) -> None:
        """There are so many steps, as far as is known now."""
        self._total = total

    @property
    def done(self) -> int:
        """The steps that are done."""
        return self._done

    def found(self, resources: int, at: str) -> None:
        """So many more resources were found in the step that is under way."""
        self._resources += resources
        self._tell(at)

    def step(self, at: str, resources: int = 0) -> None:
        """A step is done, which found so many more resources."""
        self._done += 1
        self._resources += resources
        self._tell(at)

    def _tell(self, at: str) -> None:
        if self._on_progress is not None:
            self._on_progress(ScanProgress(self._done, self._total, self._resources, at))
