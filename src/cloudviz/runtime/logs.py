"""Structured logs on stderr: readable lines on a terminal, JSON elsewhere. No secret is ever logged."""

from __future__ import annotations

import contextlib
import io
import logging
import sys
from typing import Any, TextIO, cast

import structlog


class _StandardError(io.TextIOBase):
    """Standard error as it is when a line is written; a line that it does not take is lost, and nothing else.

    A logger outlives the stream that it began with: a daemon's is closed or reopened, a terminal goes away. No
    request may fail because its log line could not be written.
    """

    def write(self, text: str, /) -> int:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()


_STANDARD_ERROR = cast(TextIO, _StandardError())


def set_up_logs(level: str = "warning") -> None:
    """Send structlog and the standard library's logs to stderr at ``level``."""
    numeric = logging.getLevelNamesMapping().get(level.upper(), logging.WARNING)
    renderer: Any = (
        structlog.dev.ConsoleRenderer(
            # The rich traceback prints local variables, and with them secrets.
            colors=True,
            exception_formatter=structlog.dev.plain_traceback,
        )
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        logger_factory=structlog.PrintLoggerFactory(file=_STANDARD_ERROR),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        stream=_STANDARD_ERROR, level=max(numeric, logging.WARNING), force=True, format="%(message)s"
    )


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger with ``logger=name`` bound."""
    return cast("structlog.stdlib.BoundLogger", structlog.get_logger().bind(logger=name))
