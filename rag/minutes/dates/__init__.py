"""Deadlines: what «к пятнице», «до конца недели» and "by EOD" mean on the day of a meeting."""

from __future__ import annotations

from rag.minutes.dates.finding import Found, choose, dates_in, find_due, names_a_day

__all__ = ["Found", "choose", "dates_in", "find_due", "names_a_day"]
