"""What each request took, as traces of OpenTelemetry; only where that is wished and installed.

A span for the request, as a child of the client's own where it says which (W3C traceparent), and
below it one for each step of an answer. Attributes hold no text of a question or a document.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol

from rag import __version__, config
from rag.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from opentelemetry.sdk.trace import TracerProvider

#: Steps of an answer by the names they have in a trace; the others keep their own.
_STEPS: Final = {"prompt": "pack", "model": "generate", "cite": "verify"}
#: Variables that name a collector, and the one that turns all off.
_COLLECTORS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_OFF: Final = "OTEL_SDK_DISABLED"
#: Milliseconds that the last spans have to get out when the service ends.
_FLUSH = 3000


class Span(Protocol):
    """One span that goes on."""

    def set(self, name: str, value: str | int | float) -> None:
        """Note an attribute."""

    def end(self, name: str, status: int) -> None:
        """Give the span its name, and say how the request ended."""


class Traces(Protocol):
    """Makes spans."""

    def request(self, headers: Mapping[str, str], method: str) -> Any:
        """A context with the `Span` of a request."""

    def step(self, name: str) -> Any:
        """A context with a span for a step of an answer."""

    def note(self, name: str, value: float) -> None:
        """An attribute of whatever span goes on here."""

    def close(self) -> None:
        """Get out what is left."""


class OpenTelemetry:
    """Spans of a provider of OpenTelemetry's SDK."""

    def __init__(self, provider: TracerProvider) -> None:
        from opentelemetry import trace
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._trace = trace
        self._provider = provider
        self._tracer = provider.get_tracer("rag", __version__)
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def request(self, headers: Mapping[str, str], method: str) -> Iterator[Span]:
        """The span of a request, below that of the client."""
        with self._tracer.start_as_current_span(
            method,
            context=self._propagator.extract(headers),
            kind=self._trace.SpanKind.SERVER,
            attributes={"http.request.method": method},
            record_exception=False,  # its message could hold anything
            set_status_on_exception=False,
        ) as span:
            yield _Spanned(span, self._trace)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A span of a step, below that of the request."""
        with self._tracer.start_as_current_span(
            _STEPS.get(name, name), record_exception=False, set_status_on_exception=False
        ):
            yield

    def note(self, name: str, value: float) -> None:
        """An attribute of the step, or of the request."""
        self._trace.get_current_span().set_attribute(name, value)

    def close(self) -> None:
        """Get out what is left, which may take some seconds where nobody takes it."""
        self._provider.force_flush(_FLUSH)
        self._provider.shutdown()


class _Spanned:
    def __init__(self, span: Any, trace: Any) -> None:
        self._span = span
        self._trace = trace

    def set(self, name: str, value: str | int | float) -> None:
        self._span.set_attribute(name, value)

    def end(self, name: str, status: int) -> None:
        self._span.update_name(name)
        self._span.set_attribute("http.response.status_code", status)
        if status >= 500:
            self._span.set_status(self._trace.StatusCode.ERROR)


def traces_as_set(address: str) -> OpenTelemetry | None:
    """Traces to a collector that is set, or that a variable names; None where neither is so.

    Raises UsageError as `traces_to`.
    """
    if config.variable(_OFF).lower() == "true":
        return None
    named = address or any(map(config.variable, _COLLECTORS))
    return traces_to(address) if named else None


def traces_to(address: str) -> OpenTelemetry:
    """Traces that are sent to a collector over OTLP, in HTTP.

    `address` is its base, such as http://127.0.0.1:4318; "" leaves it to the variables OTEL_….
    Raises UsageError where the packages are not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError as error:
        raise UsageError(
            f"Traces need {error.name}, which is not installed", 'pip install "rag[otel]"'
        ) from None
    endpoint = f"{address.rstrip('/')}/v1/traces" if address else None
    # what OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME say counts before that
    named = {"service.name": "rag", "service.version": __version__}
    resource = Resource.create({**named, **OTELResourceDetector().detect().attributes})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    return OpenTelemetry(provider)
