"""Structured logs on stderr: readable lines on a terminal, JSON elsewhere. No secret is ever logged."""

from __future__ import annotations

import logging
import sys
from typing import Any, cast

import structlog


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
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(stream=sys.stderr, level=max(numeric, logging.WARNING), force=True, format="%(message)s")


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger with ``logger=name`` bound."""
    return cast("structlog.stdlib.BoundLogger", structlog.get_logger().bind(logger=name))
