"""A plot of deadlines: people by days, what is overdue in another mark, today as a line."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from rag.desk.deadlines import marks
from ui import spelling
from ui.minutes import rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.desk.deadlines import Mark
    from rag.types import Entry
    from ui.visit import Visit

_FEWEST = 2  # marks; one deadline alone is no plot
_ROW, _AROUND = 28, 92  # pixels of a person's row, and of the axis and the legend
_PEOPLE = 20  # with rows of their own; the others share one
_LANE = 7  # pixels between two marks of one day
_DAY = 86_400_000  # milliseconds
_SIZE = 130  # square pixels of a mark
_SHAPES = ("circle", "triangle-up", "square")
_COLOURS = ("#3d7fb8", "#cc4b2c", "#8a8f98")  # seen on white and on black
_NAME = 28  # characters of a person's name


def show(visit: Visit, key: str, entries: Sequence[Entry], today: date) -> None:
    """The plot of rows; a mark that is chosen opens its row."""
    texts = visit.texts
    found = marks(entries, today)
    if len(found) < _FEWEST:
        return
    first, last = min(m.first for m in found), max(m.last for m in found)
    days = (spelling.day(day, visit.texts) for day in (first, last))
    late = sum(mark.overdue for mark in found)
    with st.container(key="minutes-plot"):
        event = st.altair_chart(
            _chart(visit, found, today),
            key=f"minutes-timeline-{key}",
            on_select="rerun",
            selection_mode="pick",
            alt=texts["minutes_timeline_alt"].format(len(found), late, *days),
        )
    st.caption(texts["minutes_timeline_help"])
    picked = cast("Any", event).selection.get("pick") or []
    _open(key, entries, picked[0]["at"] if picked else None)


def _open(key: str, entries: Sequence[Entry], at: int | None) -> None:
    """Open the row of a mark that was just chosen, and turn to its page."""
    state = st.session_state
    row = rows.key_of(entries[at]) if at is not None and at < len(entries) else None
    if state.get(f"minutes-picked-{key}") != row:
        state[f"minutes-picked-{key}"] = row
        if row is not None:
            state[rows.OPEN] = row
            state[f"minutes-goto-{key}"] = at


def _chart(visit: Visit, found: Sequence[Mark], today: date) -> Any:
    import altair as alt

    texts = visit.texts
    kinds = [texts[f"minutes_mark_{name}"] for name in ("open", "overdue", "closed")]
    values = _values(visit, found, kinds)
    others = texts["minutes_others"]
    people = sorted(dict.fromkeys(v["row"] for v in values), key=lambda row: row == others)
    names = alt.Axis(labelLimit=160, labelOverlap=False, aria=False)
    who = alt.Y("row:N", title=None, sort=people, axis=names, scale=alt.Scale(padding=0))
    day = alt.X(
        "last:T",
        title=None,
        axis=alt.Axis(format=_format(visit), labelOverlap=True, tickMinStep=_DAY, aria=False),
    )
    kind = alt.Scale(domain=kinds, range=list(_SHAPES))
    colour = alt.Scale(domain=kinds, range=list(_COLOURS))
    legend = _legend()
    base = alt.Chart(alt.InlineData(values=values))
    lane = alt.YOffset("lane:Q", scale=None)
    tip = [
        alt.Tooltip(f"{name}:N", title=texts[f"minutes_{name}"])
        for name in ("who", "what", "when", "state")
    ]
    spans = base.mark_rule(aria=False, strokeWidth=3, opacity=0.45).encode(
        x=alt.X("first:T"),
        x2="last:T",
        y=who,
        yOffset=lane,
        color=alt.Color("kind:N", scale=colour, legend=legend),
    )
    points = (
        base.mark_point(filled=True, size=_SIZE, opacity=1, cursor="pointer")
        .encode(
            x=day,
            y=who,
            yOffset=lane,
            shape=alt.Shape("kind:N", scale=kind, legend=legend),
            color=alt.Color("kind:N", scale=colour, legend=legend),
            tooltip=tip,
            description=alt.Description("said:N"),  # for those who hear a mark
        )
        .add_params(alt.selection_point(name="pick", fields=["at"], toggle=False))
    )
    height = _ROW * len(people) + _AROUND
    layers = [spans, points, *(_today(visit, today) if _near(found, today) else ())]
    return alt.layer(*layers).properties(height=height)


def _legend() -> Any:
    """What the marks mean, close enough together to fit a phone."""
    import altair as alt

    look: dict[str, Any] = {"title": None, "orient": "top", "symbolOpacity": 1, "aria": False}
    return alt.Legend(columnPadding=4, labelOffset=2, **look)


def _today(visit: Visit, today: date) -> list[Any]:
    """Today as a line with its word."""
    import altair as alt

    now = alt.Chart(alt.InlineData(values=[{"day": today.isoformat()}]))
    line = now.mark_rule(aria=False, strokeDash=[5, 4], color="#b8860b").encode(x="day:T")
    word = now.mark_text(
        text=visit.texts["minutes_today"], dy=-6, baseline="bottom", color="#b8860b"
    ).encode(x="day:T", y=alt.value(0))
    return [line, word]


def _values(visit: Visit, found: Sequence[Mark], kinds: Sequence[str]) -> list[dict[str, Any]]:
    """What the plot is made of; people beyond the first share a row."""
    values = [_value(visit, mark, kinds) for mark in found]
    counted = Counter(value["who"] for value in values)
    known = {name for name, _ in counted.most_common(_PEOPLE)}
    for value in values:
        if value["who"] not in known:
            value["row"] = visit.texts["minutes_others"]
    _part(values)
    return values


def _part(values: Sequence[dict[str, Any]]) -> None:
    """Put marks of one person and day beside each other, in pixels around the person's row."""
    seen: Counter[tuple[str, str]] = Counter()
    for value in values:
        place = value["row"], value["last"]
        number, seen[place] = seen[place], seen[place] + 1
        aside = ((number + 1) // 2) * (_LANE if number % 2 else -_LANE)
        value["lane"] = _ROW / 2 + aside


def _near(found: Sequence[Mark], today: date) -> bool:
    """Whether today belongs on the plot: not where all of it was long ago."""
    first = min(date.fromisoformat(mark.first) for mark in found)
    last = max(date.fromisoformat(mark.last) for mark in found)
    room = max((last - first) * 2, timedelta(days=31))
    return first - room <= today <= last + room


def _format(visit: Visit) -> str:
    return "%d.%m.%y" if visit.language == "ru" else "%-d %b %y"


def _value(visit: Visit, mark: Mark, kinds: Sequence[str]) -> dict[str, Any]:
    entry, texts = mark.entry, visit.texts
    closed = entry.state in ("done", "cancelled")
    name = mark.who or texts["minutes_noone"]
    when = entry.promise.when
    kind = kinds[1 if mark.overdue else 2 if closed else 0]
    told = f"{spelling.day(mark.last, visit.texts)} ({when.raw})" if when else ""
    state = texts[f"minutes_state_{entry.state}"]
    return {
        "said": f"{name}: {entry.promise.what}. {told}. {kind}.",
        "at": mark.at,
        "who": name,
        "row": name if len(name) <= _NAME else f"{name[: _NAME - 1]}…",
        "what": entry.promise.what,
        "when": told,
        "state": state,
        "first": mark.first,
        "last": mark.last,
        "kind": kind,
    }
