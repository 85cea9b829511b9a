"""The register of promises, and what people set right in the minutes of meetings."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from rag import schema
from rag.exports import Form, export_register
from rag.promised import Asked
from rag.register import states_of
from rag.service.api.common import answering
from rag.service.bodies import file, in_forms, told
from rag.service.entry import Reads, Writes
from rag.service.problems import Refused
from rag.service.running import run
from rag.service.shapes.base import MOST_DOCUMENTS, Body, Day, Filters, Name, Person, Whole, text
from rag.service.shapes.owed import Corrections, Promises, State
from rag.types import Scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.app import App
    from rag.promised import Listed
    from rag.record import Record
    from rag.service.entry import Entry
    from rag.types import Promise

router = APIRouter()

_ACT, _WHEN = 1_000, 200  # characters of what is promised, and of a deadline


class PromisesQuery(Filters):
    """Which promises, for whom, and in which form."""

    who: Annotated[Person | None, Field(description='A name in any form, or "me".')] = None
    to: Annotated[Person | None, Field(description='To whom: a name, or "me".')] = None
    due: Annotated[
        str | None,
        text(
            40,
            description="today, tomorrow, this-week, next-week, overdue, none, a day, or DAY..DAY",
            examples=["this-week"],
        ),
    ] = None
    state: Annotated[
        list[Literal["open", "done", "cancelled", "all"]],
        Field(max_length=4, description="May be repeated; what is still to be done without it."),
    ] = Field(default_factory=list)
    document: Annotated[list[Name], Field(max_length=MOST_DOCUMENTS)] = Field(default_factory=list)
    since: Day | None = None
    until: Day | None = None
    me: Annotated[Person | None, Field(description="Who asks.")] = None
    today: Annotated[Day | None, Field(description="The day that overdue counts from.")] = None
    format: Form = "json"

    @property
    def asked(self) -> Asked:
        """As the register is asked."""
        return Asked(self.who or "", self.to or "", self.due or "", states_of(self.state))

    @property
    def scope(self) -> Scope:
        """The meetings that are meant."""
        return Scope(tuple(self.document), self.since, self.until)


_ROWS = in_forms("The promises, in the form that is asked for.", Promises)


@router.get("/promises", responses={200: _ROWS})
async def promises(
    request: Request, entry: Reads, wanted: Annotated[PromisesQuery, Query()]
) -> Response:
    """The promises of all meetings: who owes what to whom by when, and where it was said.

    One that a later meeting repeats, moves, hands over, reports done or drops is one row.
    """
    app = answering(entry, None, person=wanted.me)
    work = partial(_listed, app, wanted)
    found, records = await run(entry.service, request, entry.client, "search", work)
    if wanted.format == "json":
        return told(schema.promises(found))
    return file(export_register(found, records, wanted.format), wanted.format, "promises")


def _listed(app: App, wanted: PromisesQuery) -> tuple[Listed, dict[str, Record]]:
    """The rows, and the meetings that they stand in where a file needs them."""
    today = date.fromisoformat(wanted.today) if wanted.today else None
    found = app.promises(wanted.asked, scope=wanted.scope, today=today)
    return found, {} if wanted.format == "json" else app.meetings(found.entries)


# -- what people set right


class PromiseFields(Body):
    """What is true of a promise; a field that is left out stays, and null is nothing."""

    who: Person | None = None
    to_whom: Person | None = None
    what: Annotated[str, text(_ACT)] | None = None
    when: Annotated[
        Annotated[str, text(_WHEN)] | None, Field(description="2025-11-14, or words: к пятнице")
    ] = None
    state: State | None = None

    @property
    def told(self) -> dict[str, str | None]:
        """The fields that were given."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class PromiseKey(Body):
    """A promise, by these keys as the minutes or the register have them."""

    start: Annotated[Whole, Field(ge=0, lt=2**53)]
    end: Annotated[Whole, Field(ge=0, lt=2**53)]
    what: Annotated[str, text(_ACT)]


class CorrectionRequest(Body):
    """A promise to set right, or to strike."""

    document: Name
    promise: PromiseKey
    set: PromiseFields | None = None
    strike: Annotated[bool, Field(description="It is no promise.")] = False
    by: Annotated[Person | None, Field(description="Who says so.")] = None


class PromiseRequest(Body):
    """A promise that the minutes lack."""

    document: Name
    promise: PromiseFields
    line: Annotated[Whole, Field(ge=1, lt=2**53)] | None = None
    by: Annotated[Person | None, Field(description="Who says so.")] = None


class DayRequest(Body):
    """The day of a meeting."""

    document: Name
    day: Annotated[Day | None, Field(description="Null takes back what was said of it.")]
    by: Annotated[Person | None, Field(description="Who says so.")] = None


_CORRECTED: dict[int | str, dict[str, Any]] = {200: {"model": Corrections}}


@router.get("/corrections", responses=_CORRECTED)
async def corrections(
    request: Request, entry: Reads, document: Annotated[Name, Query()]
) -> Response:
    """What people have set right in a meeting, and its promises as they are now."""
    return await _changed(request, entry, document, None, lambda _app, _name: None)


@router.patch("/promises", responses=_CORRECTED)
async def correct(request: Request, entry: Writes, wanted: CorrectionRequest) -> Response:
    """Set fields of a promise to what is true, or strike one that is none."""
    if (wanted.set is None) == (not wanted.strike):
        raise Refused(400, "one-of-two", "A promise is set right or struck", 'Give "set" alone.')

    def change(app: App, name: str) -> None:
        promise = _promise(app, name, wanted.promise)
        if wanted.set is None:
            app.strike(name, promise)
        else:
            app.correct(name, promise, wanted.set.told)

    return await _changed(request, entry, wanted.document, wanted.by, change)


@router.post("/promises", responses=_CORRECTED)
async def add_promise(request: Request, entry: Writes, wanted: PromiseRequest) -> Response:
    """Add a promise that the minutes of a meeting lack, on the line where it was made."""

    def change(app: App, name: str) -> None:
        app.add_promise(name, wanted.promise.told, wanted.line)

    return await _changed(request, entry, wanted.document, wanted.by, change)


@router.put("/minutes/day", responses=_CORRECTED)
async def tell_day(request: Request, entry: Writes, wanted: DayRequest) -> Response:
    """Say on which day a meeting was held: its deadlines are read anew."""

    def change(app: App, name: str) -> None:
        app.tell_day(name, wanted.day)

    return await _changed(request, entry, wanted.document, wanted.by, change)


@router.delete("/corrections/{correction}", responses=_CORRECTED)
async def undo(
    request: Request,
    entry: Writes,
    correction: Annotated[int, Path(ge=1, lt=2**53)],
    document: Annotated[Name, Query()],
) -> Response:
    """Take a correction back; a promise that was added goes with all that was said of it."""

    def change(app: App, name: str) -> None:
        going = [each for each in app.meeting(name).corrections if each.id == correction]
        if not going:
            raise Refused(404, "no-correction", f"{name} has no correction {correction}")
        app.undo(going)

    return await _changed(request, entry, document, None, change)


async def _changed(
    request: Request,
    entry: Entry,
    document: str,
    by: str | None,
    change: Callable[[App, str], None],
) -> Response:
    """The corrections of a meeting after a change, which is signed by who asks for it."""
    key = entry.client.key
    app = answering(entry, None, person=by or (key.name if key else None))

    def work() -> schema.Json:
        name = app.document(document)[0].name
        change(app, name)
        return schema.corrections(name, app.corrected(name))

    return told(await run(entry.service, request, entry.client, "search", work))


def _promise(app: App, name: str, sought: PromiseKey) -> Promise:
    """The promise that is meant. Raises Refused (409) where the minutes do not hold it now."""
    wanted = (sought.start, sought.end, sought.what)
    held = app.corrected(name).minutes.promises
    found = [each for each in held if (each.start, each.end, each.what) == wanted]
    if len(found) != 1:
        raise Refused(
            409,
            "stale",
            "The minutes do not hold this promise any more",
            "Somebody has changed it meanwhile: ask for the corrections of the meeting again.",
        )
    return found[0]
