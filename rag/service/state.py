"""What one process of the service holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from fastapi import Request

    from rag.config import Settings
    from rag.desk import Desk
    from rag.service.admission import Admission
    from rag.service.ingests import Ingests
    from rag.service.jobs import Jobs


@dataclass(slots=True)
class Service:
    """The desk that all requests share, how much is worked at once, and what goes on for long."""

    desk: Desk
    admission: Admission
    jobs: Jobs
    ingests: Ingests

    @property
    def settings(self) -> Settings:
        """As the service was started with."""
        return self.desk.settings


def service_of(request: Request) -> Service:
    """The service that a request came to."""
    return cast("Service", request.app.state.service)
