"""The settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ui.visit import Visit


def show(visit: Visit) -> None:
    """The tab."""
