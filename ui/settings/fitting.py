"""Whether the chosen model fits: a bar for each device, and the answer in words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import streamlit as st

from rag.errors import RagError
from rag.fit import Device, Question, ask, devices_here
from rag.tomlfile import IN_PROCESS
from ui import spelling
from ui.meter import Share, bar
from ui.parts import literal, show_error

if TYPE_CHECKING:
    from rag.config import Settings
    from rag.fit import Answer, Parts, Subject
    from rag.fit.weights import Quantize
    from ui.settings.draft import Draft
    from ui.visit import Visit

_PARTS = ("weights", "cache", "activations", "overhead", "embedder", "reranker")
_ALWAYS = frozenset({"weights", "cache", "activations", "overhead"})
_SECONDS = 5  # that a look at the devices is good for: free memory changes


@st.cache_resource(show_spinner=False, ttl=_SECONDS)
def devices() -> list[Device]:
    """The devices of this machine, as they were a moment ago."""
    return devices_here()


def show(draft: Draft) -> None:
    """The bars of the model that is chosen; nothing where none is."""
    texts, settings = draft.texts, draft.settings
    if not settings.model:
        return
    if not settings.model.startswith(IN_PROCESS):
        st.caption(texts["set_fit_elsewhere"])
        return
    with st.container(key="set-fit"):
        st.markdown(f"**{texts['set_fit_head']}**")
        try:
            subject, found = reckoned(settings)
        except RagError as error:
            show_error(error)
            return
        st.html("".join(part_bar(part, draft.visit) for part in found.parts))
        (st.success if found.fits else st.warning)("  \n".join(told(subject, found, draft.visit)))
        if draft.visit.desk.holds_model(settings):
            st.caption(texts["set_loaded"])


def reckoned(settings: Settings) -> tuple[Subject, Answer]:
    """What `rag fit` says of the model of these settings. Raises as `rag.fit.ask` does."""
    asked = Question(settings.model, quantize=cast("Quantize", settings.quantize))
    return ask(asked, settings, devices())


def part_bar(part: Parts, visit: Visit) -> str:
    """What takes the memory of a device, as HTML."""
    texts = visit.texts

    def share(name: str, amount: int) -> Share:
        said = texts["set_gb"].format(spelling.decimal(amount / 1e9, texts, 2))
        return Share(name, texts[f"set_fit_{name}"], max(amount, 0), said)

    taken = ((name, getattr(part, name)) for name in _PARTS)
    shares = [share(name, amount) for name, amount in taken if amount or name in _ALWAYS]
    head = texts["set_fit_on"].format(part.device, spelling.decimal(part.size / 1e9, texts, 2))
    if part.free < 0:
        over = replace(share("over", -part.free), amount=0)  # it has no room in the bar
        return bar(head, [*shares, over], over=True)
    return bar(head, [*shares, share("free", part.free)])


def told(subject: Subject, found: Answer, visit: Visit) -> list[str]:
    """The answer in words."""
    texts = visit.texts
    context = spelling.number(found.wanted.context, texts)
    lines = [texts["set_fits" if found.fits else "set_fits_not"].format(context)]
    if subject.config is None:
        lines.append(texts["set_not_counted"])
    elif found.largest:
        sizes = (spelling.number(size, texts) for size in (found.largest, subject.config.limit))
        lines.append(texts["set_largest"].format(*sizes))
    if found.quantize is not None:
        lines.append(texts["set_fits_with"].format(found.quantize))
    if found.cards is not None and not found.fits:
        lines.append(texts["set_cards"].format(found.cards.all, literal(found.cards.name)))
    return lines
