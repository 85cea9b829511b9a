"""Who wrote a letter and to whom: "I" and "you" in it are theirs."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rag.words import fold, stem

if TYPE_CHECKING:
    from rag.cite.statement import Statement

_SALUTATION = re.compile(
    r"^[ \t]*(?:Уважаем\w+|Дорог(?:ой|ая|ие)|Здравствуйте|Dear)[, ]+(?P<name>[^\n,!]{2,80})"
    r"[!,.]?[ \t]*$",
    re.M,
)
_CLOSING = re.compile(
    r"^[ \t]*(?:С (?:глубоким |большим )?уважением|Искренне ваш\w*|С наилучшими пожеланиями"
    r"|Ваш[аи]?|Yours(?: \w+)?|Sincerely(?: yours)?|(?:Kind|Best|Warm)(?:est)? (?:regards|wishes)"
    r"|Regards|Best)[,.]?(?=[ \t]*$)",
    re.M | re.I,
)
_EARLY = 1500  # characters within which a letter greets
_SIGNED = 200  # characters of a signature
_YOU = frozenset(
    "вы вас вам вами ваш ваша ваше ваши вашу вашей вашего вашему вашим вашими ваших ты тебя тебе "
    "твой твоя твое твои you your yours you'll you've you'd you're".split()
)


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(fold(word)) for word in words.split())


_LETTER = _stems("письмо письма letter")
_WRITTEN = _stems("написал написала написано подписал подписала подписано wrote written "
                  "signed writes writer отправитель sender")  # fmt: skip
_ADDRESSED = _stems("адресовано адресовал адресат обращается обращено addressed addressee "
                    "recipient получатель")  # fmt: skip


class Letter(NamedTuple):
    """The stems of who wrote a letter and of whom it greets, and where its body stands."""

    writer: frozenset[str]
    reader: frozenset[str]
    start: int
    end: int

    def context(self, start: int) -> frozenset[str]:
        """Stems that count as said at a place outside the body: of head and signature."""
        if start < self.start:
            return self.reader | _LETTER | _ADDRESSED
        return self.writer | _LETTER | _WRITTEN if start >= self.end else frozenset()


@lru_cache(maxsize=256)
def letter(text: str) -> Letter | None:
    """The letter a text is, by its salutation and its closing; None where it is none."""
    from rag.cite.statement import statement

    greeted = _SALUTATION.search(text, 0, _EARLY)
    closed = _CLOSING.search(text, greeted.end()) if greeted else None
    if greeted is None or closed is None:
        return None
    head = [part for part in re.split(r"\n[ \t]*\n", text[: greeted.start()]) if part.strip()]
    to = f"{greeted.group('name')}\n{head[-1] if len(head) > 1 else ''}"
    signed = text[closed.end() : closed.end() + _SIGNED]
    by = f"{signed}\n{head[0] if head else ''}"
    return Letter(statement(by).stems, statement(to).stems, greeted.end(), closed.start())


def roles(said: Statement, found: Letter) -> frozenset[str] | None:
    """Whose names may stand in a sentence about who wrote a letter or to whom; None for others."""
    stems = said.stems
    if not any(i.stem in _LETTER and (i.stem in said.small or not i.start) for i in said.items):
        return None
    written, addressed = not _WRITTEN.isdisjoint(stems), not _ADDRESSED.isdisjoint(stems)
    if not written and not addressed:
        return None
    return (found.writer if written else frozenset()) | (found.reader if addressed else frozenset())


def second_person(form: str) -> bool:
    """Whether a folded word means whom one speaks to."""
    return form in _YOU
