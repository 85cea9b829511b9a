"""What one process of the service holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from rag.service.life import Life, Readiness
from rag.service.metrics import Metrics

if TYPE_CHECKING:
    from fastapi import Request

    from rag.config import Settings
    from rag.desk import Desk
    from rag.service.admission import Admission
    from rag.service.ingests import Ingests
    from rag.service.jobs import Jobs
    from rag.service.traces import Traces


@dataclass(slots=True)
class Service:
    """The desk that all requests share, how much is worked at once, and what is told of it.

    `jobs` are what goes on for long, `ingests` those that bring files in.
    """

    desk: Desk
    admission: Admission
    jobs: Jobs
    ingests: Ingests
    metrics: Metrics = field(default_factory=Metrics)
    traces: Traces | None = None
    life: Life = field(default_factory=Life)
    readiness: Readiness = field(default_factory=Readiness)

    @property
    def settings(self) -> Settings:
        """As the service was started with."""
        return self.desk.settings


def service_of(request: Request) -> Service:
    """The service that a request came to."""
    return cast("Service", request.app.state.service)
