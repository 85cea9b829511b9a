"""The tool `ask`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rag import schema
from rag.mcp.places import Places, where
from rag.mcp.results import Answered, Details, Place
from rag.mcp.scopes import checked, scope_of
from rag.mcp.texts import Block, cut, fenced, line_of

if TYPE_CHECKING:
    from rag.mcp.arguments import Ask
    from rag.mcp.host import Visit
    from rag.mcp.results import Promised
    from rag.types import Answer

_SENTENCES, _PROMISES = 30, 20  # of an answer that one result holds
_ANSWER = 4_000  # characters of its text
#: What a step of an answer is called for a person who waits.
_STEPS: Final = {
    "register": "looking at promises",
    "summary": "summarising",
    "retrieve": "searching",
    "extract": "reading",
    "prompt": "packing passages",
    "model": "the model writes",
    "cite": "checking against the documents",
    "answered": "done",
}


def ask(visit: Visit, wanted: Ask) -> tuple[Answered, str]:
    """An answer with its citations, or that there is none."""
    question = checked(visit, wanted.question)
    collection = visit.collection(wanted.collection)
    app = visit.app(collection)
    answer = app.answer(
        question,
        scope=scope_of(wanted),
        on_text=visit.errand.heed,
        on_step=lambda step: visit.errand.tell(_STEPS.get(step, step)),
    )
    answered = _answered(Places.of(collection, app), answer, details=wanted.details)
    return answered, _text(visit, question, answered)


def _answered(places: Places, answer: Answer, *, details: bool) -> Answered:
    sentences = [places.sentence(each) for each in answer.sentences[:_SENTENCES]]
    said = cut(answer.text, _ANSWER)
    left = [
        f"{over} more {name}"
        for over, name in (
            (len(answer.text) - len(said), "characters of the answer"),
            (len(answer.sentences) - _SENTENCES, "sentences"),
            (len(answer.entries) - _PROMISES, "promises, which the tool promises lists"),
        )
        if over > 0
    ]
    if answer.refusal and answer.passages:
        left.append("the nearest passages, which search finds")
    return Answered(
        collection=places.collection,
        answered=answer.refusal is None,
        answer=said,
        by=answer.by,
        sentences=sentences,
        promises=[places.promise(each) for each in answer.entries[:_PROMISES]],
        notes=[*([f"asked as: {answer.asked}"] if answer.asked else []), *answer.notes],
        struck=len(answer.struck),
        more=f"Not shown: {'; '.join(left)}." if left else None,
        details=_details(places, answer) if details else None,
    )


def _details(places: Places, answer: Answer) -> Details:
    return Details(
        struck=[places.sentence(each) for each in answer.struck[:_SENTENCES]],
        passages=[places.near(each) for each in answer.passages],
        timings={name: round(seconds, 3) for name, seconds in answer.timings.items()},
        receipt=schema.receipt(answer.receipt) if answer.receipt else None,
    )


def _text(visit: Visit, question: str, answered: Answered) -> str:
    if not answered.answered:
        return f"{answered.answer} {answered.more or ''}".strip()
    lines: list[str] = []
    sources: dict[str, str] = {}
    for each in answered.sentences if not answered.promises else ():
        marks = [_mark(sources, place, each.text) for place in each.citations]
        lines.append(f"{each.text} {''.join(marks)}".strip())
    lines += [_promise(sources, each) for each in answered.promises]
    body = "\n".join([*(lines or [answered.answer]), "", *sources.values()]).strip()
    text = fenced(visit.host.secret, question, [Block("", body)])
    return f"{text}\n\n{answered.more}" if answered.more else text


def _promise(sources: dict[str, str], row: Promised) -> str:
    mark = _mark(sources, row, "")
    due = f" ({line_of(row.when_raw)})" if row.when_raw else ""
    return f"{row.who or '?'} → {row.to_whom or '?'}: {line_of(row.what)}{due}, {row.state} {mark}"


def _mark(sources: dict[str, str], place: Place | Promised, said: str) -> str:
    """The mark of a source, which is noted where it is new, with its words where they differ."""
    page = place.page if isinstance(place, Place) else None
    quote = "" if place.quote.strip() in said else f': "{line_of(place.quote)}"'
    if place.uri not in sources:
        told = f"{where(place.document, page, place.line)} {place.uri}{quote}"
        sources[place.uri] = f"[{len(sources) + 1}] {told}"
    return sources[place.uri].split(" ", 1)[0]
