"""Traces by OpenTelemetry, where somebody asks for them: off unless its own ``OTEL_*`` variables name a receiver.

A span says what was done, for how long and how it ended. It carries no query, body, header, id of a person or
message of an error: any of those may hold a secret. Names follow OpenTelemetry's semantic conventions
(https://opentelemetry.io/docs/specs/semconv/).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Any

import cloudviz
from cloudviz.errors import Unavailable

_NAMES_A_RECEIVER = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

Value = str | int | float | bool


class _State:
    """The tracer of this process, and how often somebody asked for one."""

    tracer: Any = None
    provider: Any = None
    users = 0


def are_asked_for(environment: Mapping[str, str] | None = None) -> bool:
    """Whether the environment asks for traces (the names are OpenTelemetry's own)."""
    env = os.environ if environment is None else environment
    if env.get("OTEL_SDK_DISABLED", "").lower() == "true" or env.get("OTEL_TRACES_EXPORTER", "") == "none":
        return False
    return any(env.get(name) for name in _NAMES_A_RECEIVER) or "otlp" in env.get("OTEL_TRACES_EXPORTER", "")


def are_on() -> bool:
    """Whether spans go anywhere."""
    return _State.tracer is not None


def start() -> None:
    """Begin to send spans, when the environment asks for it; each start wants its :func:`stop`.

    Raises Unavailable where the packages are not installed.
    """
    if not are_asked_for():
        return
    _State.users += 1
    if _State.tracer is not None:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        _State.users -= 1
        raise Unavailable(
            "OTEL_* asks for traces, and OpenTelemetry is not installed",
            hint="pip install 'cloudviz[otel]', or take the variables away.",
        ) from None
    # Over what is given here OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.
    given = Resource({"service.name": "cloudviz", "service.version": cloudviz.__version__})
    _State.provider = TracerProvider(resource=given.merge(Resource.create()) if _is_named() else given)
    _State.provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _State.tracer = _State.provider.get_tracer("cloudviz", cloudviz.__version__)


def stop() -> None:
    """Send what waits to be sent, and stop; blocks until the receiver has it or OTEL's own time is over."""
    if not _State.users:
        return
    _State.users -= 1
    if _State.users == 0:
        provider, _State.provider, _State.tracer = _State.provider, None, None
        provider.shutdown()


@contextlib.contextmanager
def span(
    name: str, kind: str = "internal", parent: Mapping[str, str] | None = None, **given: Value
) -> Iterator[Any]:
    """A span around what is done within; nothing where traces are off.

    What is raised ends it as an error with the kind of exception, never with its message.

    Arguments:
        kind: ``server``, ``client`` or ``internal``.
        parent: headers with a ``traceparent`` (W3C Trace Context) that it continues.
        given: attributes; ``_`` stands for ``.``, ``__`` for ``_``.

    Yields the span, to give attributes to by :func:`note`, or None.
    """
    tracer = _State.tracer
    if tracer is None:
        yield None
        return
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    context = TraceContextTextMapPropagator().extract(parent) if parent else None
    with tracer.start_as_current_span(
        name,
        context=context,
        kind=SpanKind[kind.upper()],
        attributes=_attributes(given),
        record_exception=False,
        set_status_on_exception=False,
    ) as found:
        try:
            yield found
        except BaseException as error:
            failed(found, type(error).__name__)
            raise


def begin(name: str, kind: str = "internal", **given: Value) -> Any:
    """A span that somebody else ends, by its ``end()``. Only while :func:`are_on`."""
    from opentelemetry.trace import SpanKind

    return _State.tracer.start_span(name, kind=SpanKind[kind.upper()], attributes=_attributes(given))


def note(span: Any, name: str = "", **given: Value) -> None:
    """Give a span attributes, and another name; nothing where traces are off."""
    if span is None:
        return
    span.set_attributes(_attributes(given))
    if name:
        span.update_name(name)


def failed(span: Any, kind: str) -> None:
    """End a span as an error of a kind; nothing where traces are off."""
    if span is None:
        return
    from opentelemetry.trace import StatusCode

    span.set_attribute("error.type", kind)
    span.set_status(StatusCode.ERROR)


def _attributes(given: Mapping[str, Value]) -> dict[str, Value]:
    return {name.replace("__", "\0").replace("_", ".").replace("\0", "_"): value for name, value in given.items()}


def _is_named() -> bool:
    return bool(os.environ.get("OTEL_SERVICE_NAME") or os.environ.get("OTEL_RESOURCE_ATTRIBUTES"))
