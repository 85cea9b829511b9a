"""Promises on paper: protocols, notes with checkboxes, task tables, bullets that report.

Fields say who and by when outright («Отв.: Титов О. В. Срок: 15.11»), so nothing is guessed: a task
without an owner has none, and sections that are agenda, template or attendance are passed over.
Where no field names an owner, the pieces of a task's line may, or the words of the order itself.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.minutes import (
    changes,
    english,
    protocol_english,
    protocol_orders,
    protocol_reported,
    russian,
)
from rag.minutes.clauses import sentences_of, tokens_of
from rag.minutes.drafts import Draft
from rag.minutes.findings import GROUP
from rag.minutes.morphology import reading
from rag.minutes.protocol_dues import MOVED, cut, due_in, field_due, moved_due
from rag.minutes.protocol_fields import Field, fields_in
from rag.minutes.protocol_grid import entries_of, paired
from rag.minutes.protocol_layout import IDLE, Grid, Item, layout
from rag.minutes.protocol_lines import ANNOUNCED, trim, trim_space
from rag.minutes.protocol_owners import only_people, owners_named
from rag.minutes.protocol_pieces import is_due, is_struck, pieces_of, state_of, struck_in
from rag.minutes.protocol_words import matcher
from rag.minutes.view import Scene, View
from rag.sentences import split
from rag.types import WE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.minutes.dates import Found
    from rag.minutes.findings import Finding
    from rag.minutes.protocol_orders import Order
    from rag.types import Status

Span = tuple[int, int]
_NOBODY: tuple[None] = (None,)
#: words of a line without a bullet that can be an entry of a list
_ENTRY_WORDS = 16
#: words of a body that still is one task, whole
_WHOLE = 22
#: lines under a list of tasks that sign the paper
_SIGNED = re.compile(
    r"\s*(?:председател|секретар|протокол|согласован|утвержд|подпис|глава|директор|вел[аи]?\b|вёл|верно|исп\.\s+[а-я]"
    r"|signed|chair|clerk|secretary|minutes|approved|date\s+of|next\s+meeting|следующ)",
    re.IGNORECASE,
)
_PARTED = re.compile(r"\s[—–-]\s|[:(]|\s->\s")
_LAST_DASH = re.compile(r"\s+[—–-]\s+(?=[^—–\n]{2,30}$)", re.MULTILINE)
_GAP = re.compile(r"\t+| {3,}")
#: words of a deadline in a column of its own
_COLUMN_WORDS = 4
_WORDS = re.compile(r"[^\W\d_]{2,}")


def protocol_drafts(scene: Scene) -> list[Draft]:
    """The promises of a protocol or of notes, in the order of their lines."""
    drafts: list[Draft] = []
    for draft in _drafts(scene):
        if draft.who is None or not _merged(scene, drafts, draft):
            drafts.append(draft)
    return sorted(drafts, key=lambda draft: draft.at)


def _merged(scene: Scene, drafts: list[Draft], draft: Draft) -> bool:
    """Whether the draft changed one that was there, rather than being a new one.

    Two entries of one list are two tasks however alike they read; words of the discussion and an
    entry of a list can be one.
    """
    kept = [old for old in drafts if old.who == draft.who and old.turn != draft.turn]
    for old in kept:
        if old.due and draft.due and _day(old.due) == _day(draft.due):
            draft = replace(draft, due=old.due)
    count = len(kept)
    before = list(kept)
    changes.merge(scene, kept, replace(draft, turn=0))
    if len(kept) > count:
        return False
    for old, new in zip(before, kept, strict=True):
        drafts[drafts.index(old)] = replace(new, turn=old.turn)
    return True


def _day(due: Found) -> str | None:
    """The day a deadline ends on."""
    return due.due.end


def _drafts(scene: Scene) -> Iterator[Draft]:
    for number, part in enumerate(layout(scene.text)):
        if part.section in IDLE:
            continue
        if isinstance(part, Grid):
            yield from _from_grid(scene, part, number)
        else:
            for draft in _from_item(scene, part):
                listed = draft.act == "assigned"
                yield replace(draft, turn=-1 if listed else 0)


def _from_grid(scene: Scene, grid: Grid, number: int) -> Iterator[Draft]:
    past = grid.section == "review"
    for row, cells in [*entries_of(scene.text, grid), *paired(scene.text, grid)]:
        task = trim(scene.text, *cells["task"])
        if not _WORDS.search(scene.text[slice(*task)]):
            continue
        owner = scene.text[slice(*cells["owner"])] if "owner" in cells else ""
        due = field_due(scene, *cells["due"], past=past) if "due" in cells else None
        if (
            due is None
            and "owner" in cells
            and (late := due_in(scene, *cells["owner"], bare=False))
        ):
            due, owner = late, scene.text[cells["owner"][0] : late.start]
        if due is None:
            due = due_in(scene, *task, bare=False)
        owners = owners_named(scene, owner)
        rest = [scene.text[a:b] for kind, (a, b) in cells.items() if kind not in ("task", "owner")]
        other = "; ".join(rest) if cells.get("status") else scene.text[cells["task"][1] : row.end]
        status = state_of(other, None, struck=is_struck(scene.text, *task))
        moved = moved_due(scene, cells["task"][1], row.end, due)
        if status != "open" and "due" in cells:
            due = field_due(scene, *cells["due"], past=True)
        for who in owners or _NOBODY:
            draft = _draft(
                scene, who, task, due, (row.start, row.end), status=status, at=task[0], moved=moved
            )
            yield replace(draft, turn=-1, to_whom=_recipient(scene, task, who))


def _from_item(scene: Scene, item: Item) -> Iterator[Draft]:
    text = scene.text
    start, end = item.body, item.end
    announced = ANNOUNCED.match(text, start, end)
    fields = fields_in(text, start, end)
    if announced and not (
        fields and fields[0].kind == "task" and fields[0].start > announced.start() + 2
    ):
        start = announced.end()
        fields = [f for f in fields if f.start >= start]
    actions = [f for f in fields if f.kind == "task"]
    fields = [_resolved(scene, field, start) for field in fields]
    if not fields and (not item.alone or text[start:end].rstrip()[-1:] != ":"):
        fields = _columns(scene, start, item.rows[0].end, alone=item.alone)
    if any(f not in fields for f in actions):  # the action is what was said last
        start = _last_sentence(scene, start, fields[0].start)
    if any(field.kind == "owner" for field in fields):
        yield from _from_fields(scene, item, start, fields)
        return
    stop = min((f.start for f in fields if f.kind != "task" and f.start > start), default=end)
    listed = item.checked is not None or announced is not None
    due = next((field_due(scene, *f.value) for f in fields if f.kind == "due"), None)
    status = state_of(_outside(text, start, stop, item.end, fields), item.checked)
    task = next((f for f in fields if f.kind == "task" and f.start > start), None)
    body = (start, task.start if task else stop)
    said = announced is not None
    found = list(_from_words(scene, item, body, due, listed=listed, announced=said))
    if task:
        stop = min((f.start for f in fields if f.start > task.start), default=end)
        found += _from_words(
            scene, item, (task.value[0], max(task.value[1], stop)), due, listed=True, announced=True
        )
    for draft in found:
        yield (
            replace(draft, status=status) if status != "open" and draft.status == "open" else draft
        )


def _columns(scene: Scene, start: int, end: int, *, alone: bool) -> list[Field]:
    """Fields without labels in columns of their own at the right of a line: names, then a day.

    A line without a number has to end its sentence before them: signatures stand in columns too.
    """
    text = scene.text
    cuts = [match.span() for match in _GAP.finditer(text, start, end)]
    fields: list[Field] = []
    stop = end
    for left, right in reversed(cuts):
        piece = text[right:stop].strip()
        task = text[start:left].strip()
        if not task or not piece or (alone and task[-1] not in ".!?" and not fields):
            break
        due = field_due(scene, right, stop) if len(piece.split()) <= _COLUMN_WORDS else None
        if only_people(scene, piece):
            fields.insert(0, Field("owner", left, (right, stop)))
        elif due and (due.due.start or due.due.end or piece.isupper()):
            fields.insert(0, Field("due", left, (right, stop)))
        else:
            break
        stop = left
    return fields if any(field.kind == "owner" for field in fields) else []


def _last_sentence(scene: Scene, start: int, end: int) -> int:
    """Where the last sentence of a stretch begins."""
    spans = [span for span in split(scene.text, start, end) if scene.text[slice(*span)].strip()]
    return spans[-1][0] if spans else start


def _resolved(scene: Scene, field: Field, start: int) -> Field:
    """ "… before Friday. ACTION: SP" names an owner, not a task."""
    value = scene.text[slice(*field.value)].strip(" .")
    behind = field.start > start and scene.text[start : field.start].strip(" *_-—–")
    if field.kind == "task" and behind and value and only_people(scene, value):
        return field._replace(kind="owner")
    return field


def _from_fields(scene: Scene, item: Item, start: int, fields: list[Field]) -> Iterator[Draft]:
    """The task whose fields stand beside or below it."""
    text = scene.text
    task = _task_of(scene, item, start, fields)
    if task is None:
        return
    owner_fields = [f for f in fields if f.kind in ("owner", "helper")]
    due_field = next((f for f in fields if f.kind == "due"), None)
    past = item.section == "review"
    due = field_due(scene, *due_field.value, past=past) if due_field else None
    owners: list[tuple[str, int]] = []
    for field in owner_fields:
        first, last = field.value
        late = due_in(scene, first, last, bare=False)
        if late and due is None:
            due = late
        value = text[first : late.start] if late else text[first:last]
        owners += [(who, field.start) for who in owners_named(scene, value)]
    if due is None:
        behind = max((f.value[1] for f in fields), default=item.end)
        early = due_in(scene, start, max(start, fields[0].start), bare=False)
        due = early or due_in(scene, *task, bare=False)
        due = due or due_in(scene, behind, item.end, bare=False)
    rest = _outside(text, *task, item.end, fields)
    status = state_of(rest, item.checked, struck=is_struck(text, *task))
    moved = moved_due(scene, task[1], item.end, due)
    if status != "open" and due_field:
        due = field_due(scene, *due_field.value, past=True)
    at = owner_fields[0].value[0]
    at = at if owners else task[0]
    for who in dict(owners) or _NOBODY:
        to_whom = _recipient(scene, task, who)
        draft = _draft(
            scene, who, task, due, (item.start, item.end), status=status, at=at, moved=moved
        )
        yield replace(draft, to_whom=to_whom)


def _task_of(scene: Scene, item: Item, start: int, fields: list[Field]) -> Span | None:
    """Where an item says what is to be done: its labelled task, else the words outside fields."""
    text = scene.text
    labelled = next((f for f in fields if f.kind == "task" and f.value[0] < f.value[1]), None)
    if labelled:
        return _act_in(scene, *labelled.value)
    borders = [start]
    for field in fields:
        borders += [field.start, field.value[1]]
    borders.append(item.end)
    spans = [trim(text, a, b) for a, b in zip(borders[::2], borders[1::2], strict=True) if a < b]
    wordy = [
        s
        for s in spans
        if len(_WORDS.findall(text[slice(*s)])) >= 1 and not state_only(text[slice(*s)])
    ]
    if not wordy:
        return None
    first = wordy[0]
    chosen = first if first[0] < fields[0].start else max(wordy, key=lambda s: s[1] - s[0])
    return _act_in(scene, *chosen)


def _recipient(scene: Scene, task: Span, who: str | None) -> str | None:
    """To whom a task's words give, send or tell something."""
    if scene.language == "ru":
        acts = protocol_orders.acts_of(scene, *task, (who or "",))
        return acts[0].to_whom if acts else None
    return protocol_english.recipient(scene, task, (who or "",))


def state_only(words: str) -> bool:
    """Whether the words outside the fields only tell a state."""
    return state_of(words, None) != "open" and len(words.split()) <= 3


def _act_in(scene: Scene, start: int, end: int) -> Span | None:
    """The sentence of a task's words that is the task: one that begins with an act, else the last."""
    start, end = trim(scene.text, start, end)
    if start >= end:
        return None
    if len(scene.text[start:end].split()) <= _WHOLE:
        parts = [(start, end)]
    else:
        parts = [trim(scene.text, a, b) for a, b in split(scene.text, start, end)]
    if scene.language == "ru":
        for part in parts:
            orders = protocol_orders.acts_of(scene, *part, ("",))
            orders = orders or protocol_orders.orders_in(scene, *part)
            if orders:
                return orders[0].what[0], max(orders[-1].what[1], orders[0].what[1])
    chosen = parts[-1]
    if scene.language == "en":
        stated = protocol_english.orders_in(scene, *chosen)
        if stated:
            return stated[0].what[0], stated[-1].what[1]
    due = due_in(scene, *chosen, bare=False)
    return cut(scene, chosen, due)


def _outside(text: str, start: int, stop: int, end: int, fields: list[Field]) -> str:
    """What an item says outside its task and the values that name people and days."""
    named = [f.value for f in fields if f.kind in ("owner", "helper", "due", "task", "control")]
    kept = [text[i] if not any(a <= i < b for a, b in named) else " " for i in range(stop, end)]
    early = text[max(0, start - 40) : start]
    bracket = re.search(r"\([^()]*\)\s*$|~~", early)
    return (bracket.group() if bracket else "") + "".join(kept)


def _from_words(
    scene: Scene, item: Item, body: Span, due: Found | None, *, listed: bool, announced: bool
) -> Iterator[Draft]:
    """Tasks by the words of an item: the order they give, the pieces they fall into, what they report."""
    text = scene.text
    start, end = trim_space(text, *body)
    if start >= end:
        return
    heads = _heads(scene, item)
    entry = (not item.alone or _is_entry(text[start:end])) and not _states(scene, start, end)
    tasked = listed or (item.section in ("tasks", "review") and entry) or any(heads)
    whole = (item.start, item.end)
    if tasked:
        entries = list(
            _from_pieces(
                scene,
                item,
                (start, end),
                due or heads[1],
                heads[0],
                whole,
                listed=listed,
                announced=announced,
            )
        )
        if entries:
            yield from entries
            return
    listed = item.section in ("tasks", "review")
    late = due or (heads[1] if tasked else None)
    yield from _from_prose(scene, (start, end), late, whole, listed=listed)


def _is_entry(line: str) -> bool:
    """Whether a line without a bullet can be an entry: short, in parts, and no signature."""
    short = len(line.split()) <= _ENTRY_WORDS and "\n" not in line and line[-1:] != ":"
    return short and _PARTED.search(line) is not None and _SIGNED.match(line) is None


def _states(scene: Scene, start: int, end: int) -> bool:
    """Whether an entry tells what somebody said or did rather than what is to be done."""
    if scene.language != "ru":
        return False
    told = (("past",), ("pres", "3per"), ("1per", "plur"))
    moved = MOVED.search(scene.text, start, end)
    stop = moved.start() if moved else end
    return any(
        reading(token.word, "VERB", *tags, at_least=0.5)
        and not matcher("marks", "gone").fullmatch(token.word)
        for token in tokens_of(scene.text, start, stop)
        for tags in told
    )


def _heads(scene: Scene, item: Item) -> tuple[list[str], Found | None]:
    """(owners, deadline) that the lines over a list give to its items."""
    owners: list[str] = []
    due: Found | None = None
    for start, end in reversed(item.heads):
        words = scene.text[start:end].strip().rstrip(":*_ ")
        if not owners:
            owners = [who for who in only_people(scene, words) if who in scene.roster.names]
        if not owners and scene.text[end - 1 : end + 1].strip().endswith(":"):
            owners = protocol_orders.addressed(scene, start, end)
        found = (
            due_in(scene, start, end) if scene.text[start:end].rstrip("*_ ").endswith(":") else None
        )
        if due is None and found and (owners or is_due(scene.text, start, end, found)):
            due = found
    return owners, due


def _from_pieces(
    scene: Scene,
    item: Item,
    body: Span,
    due: Found | None,
    heads: list[str],
    whole: Span,
    *,
    listed: bool,
    announced: bool,
) -> Iterator[Draft]:
    """The tasks of an entry of a list: «смета — Олег, до пт», «подготовить смету» under a name."""
    text = scene.text
    struck = is_struck(text, *body)
    said = struck_in(text, *body) if struck else body
    ordered = list(_from_orders(scene, said, due, whole))
    if ordered:
        yield from (
            replace(draft, status="cancelled") if struck else _stated(draft, item.checked)
            for draft in ordered
        )
        return
    found = pieces_of(scene, *body, announced=announced)
    status = state_of(text[body[0] : item.end], item.checked, struck=struck)
    if found.owners and found.task:
        due = found.due or due
        if due and (status != "open" or item.section == "review"):
            due = due_in(scene, due.start, due.end, past=True) or due
        moved = moved_due(scene, found.task[1], item.end, due)
        task = _act_in(scene, *found.task) or found.task
        for who in found.owners:
            draft = _draft(scene, who, task, due, whole, status=status, at=body[0], moved=moved)
            yield replace(draft, to_whom=_recipient(scene, task, who))
        return
    prose = list(_from_prose(scene, body, due, whole, listed=True))
    if prose:
        yield from (replace(d, status=status) if status != "open" else d for d in prose)
        return
    if text[body[0] : body[1]].rstrip(" *_").endswith(":"):
        return
    moved = moved_due(scene, *body, found.due or due)
    if heads:
        for order in _acts(scene, body, tuple(heads)):
            yield _of_order(scene, order, due, whole, status)[0]
        return
    if listed and found.task:
        yield _draft(
            scene, None, found.task, found.due or due, whole, status=status, at=body[0], moved=moved
        )


def _stated(draft: Draft, checked: str | None) -> Draft:
    """A draft that a ticked box tells to be done."""
    status = state_of("", checked)
    return draft if status == "open" else replace(draft, status=status)


def _from_orders(scene: Scene, body: Span, due: Found | None, whole: Span) -> Iterator[Draft]:
    """The orders in the words of an entry."""
    for sentence in sentences_of(scene.text, *body, scene.language):
        for order in _orders_of(scene, sentence.start, sentence.end):
            yield from _of_order(scene, order, due, whole, None)


def _acts(scene: Scene, body: Span, owners: tuple[str, ...]) -> list[Order]:
    if scene.language == "ru":
        acts = protocol_orders.acts_of(scene, *body, owners)
        if acts:
            return acts
    found = pieces_of(scene, *body)
    if found.task is None:
        return []
    due = found.due
    return [protocol_orders.Order(owners, cut(scene, body, due), due, body[0], "assigned")]


def _from_prose(
    scene: Scene, body: Span, due: Found | None, whole: Span, *, listed: bool = False
) -> Iterator[Draft]:
    """What sentences report or assign; words of the first person have no owner here."""
    read = russian.findings if scene.language == "ru" else english.findings
    sentences = tuple(sentences_of(scene.text, *body, scene.language))
    single = len(sentences) <= 1
    for sentence_at, sentence in enumerate(sentences):
        orders = _orders_of(scene, sentence.start, sentence.end)
        if orders:
            for order in orders:
                quote = whole if single else (sentence.start, sentence.end)
                yield from _of_order(scene, order, due, whole, None, quote)
            continue
        for clause_at in range(len(sentence.clauses)):
            view = View(scene, 0, sentences, sentence_at, clause_at)
            finding = read(view)
            if scene.language == "ru":
                finding = protocol_reported.checked(view, finding)
                finding = finding if finding and _is_usable(finding) else None
                finding = finding or protocol_reported.reported(view, listed=listed)
            if finding is None:
                continue
            for who in (finding.who, *finding.others):
                draft = _from_finding(scene, replace(finding, who=who), whole)
                if draft:
                    yield _dated(scene, draft, whole, due)


def _orders_of(scene: Scene, start: int, end: int) -> list[Order]:
    """The orders of a sentence in the language of the paper."""
    read = protocol_orders.orders_of if scene.language == "ru" else protocol_english.orders_of
    return read(scene, start, end)


def _of_order(
    scene: Scene,
    order: Order,
    due: Found | None,
    whole: Span,
    status: Status | None,
    quote: Span | None = None,
) -> list[Draft]:
    order = _dashed(scene, order)
    anchored = order.due is not None and (order.due.due.start or order.due.due.end)
    found = order.due if anchored or due is None else due
    rest = scene.text[order.what[1] : whole[1]]
    moved = moved_due(scene, order.what[1], whole[1], found)
    return [
        _draft(
            scene,
            who,
            order.what,
            found,
            quote or whole,
            status=status or state_of(rest, None),
            at=order.at,
            moved=moved,
            act=order.act,
            condition=order.condition,
            to_whom=order.to_whom,
        )
        for who in order.owners
    ]


def _dashed(scene: Scene, order: Order) -> Order:
    """An order whose deadline stands bare behind a dash at its end («… the client - Mon»)."""
    dash = _LAST_DASH.search(scene.text, *order.what) if order.due is None else None
    if dash is None:
        return order
    due = due_in(scene, dash.end(), order.what[1])
    if due is None or not is_due(scene.text, dash.end(), order.what[1], due):
        return order
    return order._replace(due=due, what=trim(scene.text, order.what[0], dash.start()))


def _dated(scene: Scene, draft: Draft, whole: Span, field: Found | None) -> Draft:
    """A draft from prose with the deadline that the rest of its line gives or moves it to."""
    due = draft.due or field
    moved = moved_due(scene, draft.what[1], whole[1], due)
    if moved is None:
        return replace(draft, due=due)
    return replace(draft, due=moved[0], history=((draft.at, moved[1]),))


def _is_usable(finding: Finding) -> bool:
    """Whether a finding names its owner and its act; on paper nobody answers a request."""
    if finding.who == GROUP and not finding.bare:
        return finding.due is not None and finding.force == "firm"
    if finding.who is None or finding.who.startswith("\0") or finding.bare:
        return False
    return finding.kind != "request" or finding.imperative


def _from_finding(scene: Scene, finding: Finding, whole: Span) -> Draft | None:
    if not _is_usable(finding):
        return None
    who = WE[scene.language] if finding.who == GROUP else finding.who
    to_whom = finding.to_whom
    if to_whom is not None and (not to_whom or to_whom.startswith("\0")):
        to_whom = None
    status = state_of(scene.text[finding.what_end : whole[1]], None)
    act = "assigned" if finding.kind == "request" else finding.act
    draft = Draft.of(
        finding,
        who=who,
        to_whom=to_whom,
        what=(finding.what_start, finding.what_end),
        due=finding.due,
        act=act,
        condition=finding.condition,
        support=(),
    )
    return replace(draft, status=status) if status != "open" else draft


def _draft(
    scene: Scene,
    who: str | None,
    task: Span,
    due: Found | None,
    whole: Span,
    *,
    status: Status,
    at: int,
    moved: tuple[Found, str | None] | None = None,
    act: str = "assigned",
    condition: Span | None = None,
    to_whom: str | None = None,
) -> Draft:
    history = ((at, moved[1]),) if moved else ()
    due = moved[0] if moved else due
    start, end = trim(scene.text, *task)
    first, last = trim_space(scene.text, *whole)
    below = re.finditer(r"(?<=\n)[ \t]*[^\s]", scene.text[first:last])
    return Draft(
        who=who,
        to_whom=to_whom,
        what=(start, end),
        due=due,
        act=act,
        status="conditional" if condition and status == "open" else status,
        force="firm",
        condition=condition,
        at=at,
        sentence=(first, last),
        turn=0,
        support=tuple(first + m.end() - 1 for m in below),
        history=history,
    )
