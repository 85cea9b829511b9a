"""Meetings: who speaks, and who promised what to whom by when."""

from __future__ import annotations

from rag.minutes.promises import extract, is_meeting

__all__ = ["extract", "is_meeting"]
