"""What one process of the service holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

from rag.desk.patience import when_free

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import Request

    from rag.config import Settings
    from rag.desk import Desk
    from rag.service.admission import Admission
    from rag.service.ingests import Ingests
    from rag.service.jobs import Jobs

T = TypeVar("T")


@dataclass(slots=True)
class Service:
    """The desk that all requests share, how much is worked at once, and what goes on for long."""

    desk: Desk
    admission: Admission
    jobs: Jobs
    ingests: Ingests

    def when_free(self, change: Callable[[], T]) -> T:
        """Change a library once nobody else does. Raises LibraryBusy where that takes long."""
        return when_free(change, seconds=self.settings.serve_wait_seconds)

    @property
    def settings(self) -> Settings:
        """As the service was started with."""
        return self.desk.settings


def service_of(request: Request) -> Service:
    """The service that a request came to."""
    return cast("Service", request.app.state.service)
