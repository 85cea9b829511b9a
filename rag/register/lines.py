"""Promises in one line of plain words, as text answers and tables hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.types import Citation

if TYPE_CHECKING:
    from rag.register.view import Group
    from rag.types import Due, Edit, Entry, Flag, Link, Promise, State
    from rag.words import Language

_WAS = {
    "ru": {
        "repeated": "сказано и",
        "moved": "было",
        "handed over": "было",
        "done": "выполнено",
        "cancelled": "отменено",
        "nobody": "без ответственного",
        "undated": "без срока",
    },
    "en": {
        "repeated": "said again",
        "moved": "was",
        "handed over": "was",
        "done": "done",
        "cancelled": "cancelled",
        "nobody": "nobody",
        "undated": "no date",
    },
}
_STATES = {
    "ru": {
        "open": "",
        "conditional": "при условии",
        "tentative": "не твёрдо",
        "done": "выполнено",
        "cancelled": "отменено",
    },
    "en": {
        "open": "",
        "conditional": "on condition",
        "tentative": "tentative",
        "done": "done",
        "cancelled": "cancelled",
    },
}

_GROUPS: dict[Language, dict[Group, str]] = {
    "ru": {
        "overdue": "Просрочено",
        "mine": "Я должен",
        "to me": "Должны мне",
        "open": "Открыто",
        "no date": "Без срока",
        "no owner": "Без ответственного",
        "done": "Выполнено",
        "cancelled": "Отменено",
    },
    "en": {
        "overdue": "Overdue",
        "mine": "I owe",
        "to me": "Owed to me",
        "open": "Open",
        "no date": "Without a date",
        "no owner": "Without an owner",
        "done": "Done",
        "cancelled": "Cancelled",
    },
}
_FLAGS: dict[Language, dict[Flag, str]] = {
    "ru": {
        "ambiguous owner": "проверьте, кто: имя подходит нескольким",
        "ambiguous recipient": "проверьте, кому: имя подходит нескольким",
        "check": "проверьте",
    },
    "en": {
        "ambiguous owner": "check who: several are called so",
        "ambiguous recipient": "check to whom: several are called so",
        "check": "check it",
    },
}
_EDITS: dict[Language, dict[str, str]] = {
    "ru": {
        "edited": "исправлено",
        "own": "добавлено человеком",
        "who": "кто",
        "to_whom": "кому",
        "what": "что",
        "when": "срок",
        "state": "состояние",
        "open": "открыто",
    },
    "en": {
        "edited": "corrected",
        "own": "added by a person",
        "who": "who",
        "to_whom": "to whom",
        "what": "what",
        "when": "by when",
        "state": "state",
        "open": "open",
    },
}


def promise_line(promise: Promise) -> str:
    """A promise in one line of plain words: who → to whom: what — by when."""
    line = promise.who or "—"
    if promise.to_whom:
        line += f" → {promise.to_whom}"
    line += f": {promise.what}"
    return f"{line} — {due_text(promise.when)}" if promise.when else line


def due_text(when: Due) -> str:
    """A deadline for a person: the days it means, then the words as said."""
    days = " … ".join(dict.fromkeys(day for day in (when.start, when.end) if day))
    if days == when.raw:
        return days
    return f"{days} ({when.raw})" if days else f"({when.raw})"


def state_text(entry: Entry, language: Language) -> str:
    """How an entry stands, where it is not simply open, and what a person should look at."""
    words = _STATES[language]
    state = words[entry.state]
    if entry.state == "conditional" and entry.promise.condition:
        state = f"{state}: {' '.join(entry.promise.condition.split())}"
    flags = (_FLAGS[language][flag] for flag in entry.promise.flags)
    return ", ".join(filter(None, (state, *flags, edits_text(entry.promise, language))))


def edits_text(promise: Promise, language: Language) -> str:
    """What of a promise a person has set, and what had been read; "" for nothing.

    «исправлено: срок (было: 2025-11-14 (в пятницу))».
    """
    words = _EDITS[language]
    if not promise.edits:
        return ""
    if promise.read is None:
        return words["own"]
    was = [
        f"{words[edit.field]} ({_WAS[language]['moved']}: {_read(promise.read, edit, language)})"
        for edit in promise.edits
    ]
    return f"{words['edited']}: {', '.join(was)}"


def _read(read: Promise, edit: Edit, language: Language) -> str:
    """A field as it was read, in words."""
    if edit.field == "when":
        return due_text(read.when) if read.when else _WAS[language]["undated"]
    if edit.field == "state":
        tentative = read.status == "open" and read.force == "tentative"
        state: State = "tentative" if tentative else read.status
        return _STATES[language][state] or _EDITS[language]["open"]
    said: str | None = getattr(read, edit.field)
    return said or "—"


def group_text(group: Group, language: Language) -> str:
    """What a group of rows is called."""
    return _GROUPS[language][group]


def link_line(link: Link, language: Language) -> str:
    """Another place of a promise: what it was there, where, and the words.

    «было: в пятницу — m1.txt:5 «пришлю смету в пятницу»».
    """
    words = _WAS[language]
    was = ""
    if link.kind == "handed over":
        was = link.who or words["nobody"]
    elif link.kind == "moved":
        was = due_text(link.when) if link.when else words["undated"]
    head = f"{words[link.kind]}: {was} — " if was else f"{words[link.kind]}: "
    if not link.quote:  # a promise that a person has added without a line
        return f"{head}{link.document}"
    return f"{head}{link.document}:{link.line} «{' '.join(link.quote.split())}»"


def entry_place(entry: Entry) -> str:
    """Where an entry stands: its document and line, where it has one."""
    promise = entry.promise
    return f"{entry.document}:{promise.line}" if promise.quote else entry.document


def cited(name: str, promise: Promise) -> Citation | None:
    """The words of a promise in its document; None of one that a person added without a line."""
    if not promise.quote:
        return None
    return Citation(name, None, promise.line, promise.start, promise.end, promise.quote)
