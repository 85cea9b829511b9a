"""Who is addressed or acts in official Russian: people, offices, bodies by the case they are in.

«Поручить начальнику отдела сбыта Титову О. В.» names a person behind an office; «отделу снабжения»
a body; «всем руководителям» a group. The head of the phrase and its adjectives are put back into
the nominative, what depends on them stays as it is written.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from rag.minutes.morphology import analyser, parses, reading
from rag.minutes.paper.owners import office_holder
from rag.minutes.paper.words import wordings
from rag.types import ALL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.minutes.clauses import Token
    from rag.minutes.people.names import Mention
    from rag.minutes.view import Scene

_STOP = re.compile(r"[—–:;,.!?\n(|]|\s-\s")
_STOP_WORDS = frozenset(
    "до к ко в во на не с со по при совместно вместе лично срочно также и а или за об о через"
    " от".split()
)
_EVERYBODY = frozenset(
    "участникам присутствующим сотрудникам коллегам членам участники присутствующие сотрудники"
    " коллеги участников"
    " присутствующих сотрудников коллег".split()
)
#: abbreviated offices in front of a name
_TITLES = frozenset("доц проф зав нач зам гл инж ст мл асс г-ну г-же тов д-ру акад".split())
_LONGEST = 9
_INITIAL = re.compile(r"[^\W\d_]")


class Named(NamedTuple):
    """Who is meant, the tokens `first` to `last` (exclusive) that say so, the noun at `head`."""

    name: str
    first: int
    last: int
    person: bool
    head: int = -1


@cache
def order_words(kind: str) -> frozenset[str]:
    """The dictionary forms of one kind of `data/orders_ru.tsv`."""
    return frozenset(e for row in wordings("orders_ru") if row.kind == kind for e in row.entries)


class Line:
    """The tokens of a stretch with the people they name, for looking phrases up in."""

    def __init__(self, scene: Scene, tokens: Sequence[Token], ends: frozenset[int] = frozenset()):
        self.scene = scene
        self.tokens = tokens
        self.mentions = {m.first: m for m in scene.roster.mentions(tokens)}
        self.ends = ends

    def between(self, left: int, right: int) -> str:
        """What stands between two tokens."""
        return self.scene.text[self.tokens[left].end : self.tokens[right].start]

    def text(self, first: int, last: int) -> str:
        """The words of a run of tokens as written, a closing quotation mark with them."""
        text = self.scene.text
        start, end = self.tokens[first].start, self.tokens[last - 1].end
        start -= text[start - 1 : start] in ("«", '"')
        end += text[end : end + 1] in ("»", '"')
        return " ".join(text[start:end].split())

    def everybody(self, at: int, case: str) -> list[Named]:
        """All that are named from `at` on, one behind another, in the case; [] where none is."""
        found: list[Named] = []
        while at < len(self.tokens):
            one = self.one(at, case, strict=bool(found))
            if one is None:
                break
            found.append(one)
            at = one.last
            if at >= len(self.tokens):
                break
            joint = self.between(at - 1, at)
            if self.tokens[at].word in ("и", "совместно", "вместе"):
                at += 1
                if at < len(self.tokens) and self.tokens[at].word in ("с", "со"):
                    break
            elif joint.strip(' )."»') != ",":
                break
        return found

    def one(self, at: int, case: str, *, strict: bool = False) -> Named | None:
        """Who is named at `at`; `strict` wants a person, or a body that no verb has announced."""
        if self.tokens[at].word in _TITLES and at + 1 < len(self.tokens):
            behind = self.person(at + 1, case, office=True)
            return behind._replace(first=at) if behind else None
        return self.person(at, case) or self._phrase(at, case, strict=strict)

    def person(self, at: int, case: str, *, office: bool = False) -> Named | None:
        """A person named at `at`, known or not."""
        spelled = self._initials(at)
        mention = self.mentions.get(spelled)
        lettered = self._is_initial(min(spelled + 1, len(self.tokens) - 1)) or spelled > at
        if mention and case in mention.cases and (mention.known or not lettered):
            return Named(mention.name, at, self._behind(mention), True)
        return self._stranger(at, spelled, case, office=office)

    def _initials(self, at: int) -> int:
        """The token behind initials in front of a surname («О. В. Титову»)."""
        ahead = at
        while ahead < len(self.tokens) and ahead - at < 2 and self._is_initial(ahead):
            ahead += 1
        return ahead if ahead < len(self.tokens) else at

    def _is_initial(self, at: int) -> bool:
        token = self.tokens[at]
        after = self.scene.text[token.end : token.end + 1]
        return token.capital and len(token.word) == 1 and after == "."

    def _behind(self, mention: Mention) -> int:
        at = mention.last
        while at < len(self.tokens) and at - mention.last < 2 and self._is_initial(at):
            at += 1
        return at

    def _stranger(self, at: int, spelled: int, case: str, *, office: bool = False) -> Named | None:
        """A surname with initials that no list holds («Кузнецову П. П.»).

        Behind an `office` in the case, a surname that does not show it does not decline.
        """
        if spelled >= len(self.tokens) or not self.tokens[spelled].capital:
            return None
        last = spelled + 1
        while last < len(self.tokens) and last - spelled < 3 and self._is_initial(last):
            last += 1
        if last == spelled + 1 and spelled == at:
            return None
        word = self.tokens[spelled].word
        surname = _nominative(word, case, "Surn") or (word if case == "nomn" or office else None)
        if surname is None:
            return None
        spaced = (
            self.text(spelled + 1, last) + "."
            if last > spelled + 1
            else self.text(at, spelled) + "."
        )
        return Named(f"{surname.capitalize()} {spaced}", at, last, True)

    def _phrase(self, at: int, case: str, *, strict: bool) -> Named | None:
        """An office, a body or a group: adjectives, a noun in the case, and what depends on it."""
        head = at
        every = self.tokens[at].word in ("всем", "все", "всех")
        if every:
            head += 1
        while head < len(self.tokens) and head - at < 4 and self._agrees(head, case):
            head += 1
        if head >= len(self.tokens):
            return Named(ALL["ru"], at, head, False) if every else None
        word = self.tokens[head].word
        if every and (word in _EVERYBODY or not self._is_head(head, case)):
            last = head + 1 if word in _EVERYBODY else head
            return Named(ALL["ru"], at, self._tail(last) if last > head else last, False)
        if not self._is_head(head, case):
            return None
        if strict and not self._acts(head):
            return None
        last = self._tail(head + 1)
        person = self._person_behind(head + 1, last, case) if self._holds(head, case) else None
        if person:
            return person._replace(first=at)
        name = self._named(at + every, head, last, case)
        holder = office_holder(self.scene.roles, name)
        return Named(holder or name, at, last, holder is not None, head)

    def _agrees(self, at: int, case: str) -> bool:
        word = self.tokens[at].word
        if len(word) < 3:
            return False
        found = reading(word, "ADJF", case, at_least=0.05) or reading(
            word, "PRTF", case, at_least=0.05
        )
        noun = reading(word, "NOUN", case, at_least=0.3)
        return found is not None and noun is None and at + 1 < len(self.tokens)

    def _is_head(self, at: int, case: str) -> bool:
        token = self.tokens[at]
        written = self.scene.text[token.start : token.end]
        if written.isupper() and len(written) > 1 and token.word in order_words("body"):
            return True
        return reading(token.word, "NOUN", case, at_least=0.02) is not None and len(token.word) > 2

    def _acts(self, at: int) -> bool:
        """Whether a noun is a person by office or a body of people."""
        word = self.tokens[at].word
        if word in order_words("body"):
            return True
        return any(
            p.lemma in order_words("body") or ({"NOUN", "anim"} <= p.grammemes and p.score >= 0.1)
            for p in parses(word)
        )

    def _holds(self, head: int, case: str) -> bool:
        """Whether a noun is an office, so that a name behind it is its holder's."""
        if case != "nomn":
            return self._acts(head)
        return "anim" in parses(self.tokens[head].word)[0].grammemes

    def acts(self, named: Named) -> bool:
        """Whether a phrase names those who can act, by its head."""
        if named.person or named.name == ALL["ru"]:
            return True
        return self._acts(named.head) if named.head >= 0 else False

    def is_animate(self, named: Named) -> bool:
        """Whether a phrase names people by office rather than a body."""
        found = parses(self.tokens[named.first].word)[0].grammemes
        return {"NOUN", "anim"} <= found or named.name == ALL["ru"]

    def _tail(self, at: int) -> int:
        """Where what depends on a noun ends: a verb, a preposition, a border, a deadline."""
        first = at
        while at < len(self.tokens) and at - first < _LONGEST:
            token = self.tokens[at]
            gap = self.between(at - 1, at)
            quoted = gap.strip() in ("«", "»", '"', "» «")
            range_ = self.tokens[at - 1].word.isdigit() and token.word.isdigit()
            if (
                token.word == "и"
                and at + 1 < len(self.tokens)
                and self.tokens[at + 1].word.isdigit()
            ):
                at += 1
                continue
            if token.start in self.ends or (_STOP.search(gap) and not quoted and not range_):
                break
            if token.word == "по" and "anim" in parses(self.tokens[first - 1].word)[0].grammemes:
                at += 1
                continue
            if token.word == "и" and self._joins_tail(at):
                at += 1
                continue
            if token.word in _STOP_WORDS or reading(token.word, "INFN", at_least=0.3):
                break
            top = parses(token.word)[0].grammemes
            if top & {"ADVB", "VERB", "PRED", "PRTS", "CONJ"} or {"NOUN", "ablt"} <= top:
                break
            at += 1
        return at

    def _joins_tail(self, at: int) -> bool:
        """«отдела сбыта и маркетинга»: genitives on both sides."""
        if at + 1 >= len(self.tokens) or reading(self.tokens[at - 1].word, "gent") is None:
            return False
        after = self.tokens[at + 1].word
        return (
            reading(after, "NOUN", "gent", at_least=0.3) is not None
            and not self.tokens[at + 1].capital
        )

    def _person_behind(self, first: int, last: int, case: str) -> Named | None:
        for at in range(first, last + 1):
            if at >= len(self.tokens) or (at == last and _STOP.search(self.between(at - 1, at))):
                break
            found = self.person(at, case, office=True) if self.tokens[at].capital else None
            if found:
                return found
        return None

    def _named(self, first: int, head: int, last: int, case: str) -> str:
        """The phrase with its head and adjectives in the nominative."""
        plural = _is_plural(self.tokens[head].word, case)
        gender = "" if plural else _gender(self.tokens[head].word, case)
        words = []
        for at in range(first, head + 1):
            token = self.tokens[at]
            written = self.scene.text[token.start : token.end]
            kinds = ("NOUN",) if at == head else ("ADJF", "PRTF")
            forms = (
                _nominative(
                    token.word, case, kind, plural=plural, gender=gender if kind != "NOUN" else ""
                )
                for kind in kinds
            )
            form = None if written.isupper() else next(filter(None, forms), None)
            words.append(
                _like(written, form or token.word) if form or not written.isupper() else written
            )
        if last > head + 1:
            words.append(self.text(head + 1, last))
        return " ".join(words)


def is_inner(line: Line, named: Named) -> bool:
    """Whether a phrase is a body of the own house, or an office whose holder is known."""
    if named.name in line.scene.roles.values():
        return True
    heads = line.tokens[named.first : min(named.last, named.first + 3)]
    return any(
        parse.lemma in order_words("inner") | order_words("office")
        for token in heads
        for parse in parses(token.word)
    )


def _is_plural(word: str, case: str) -> bool:
    found = reading(word, "NOUN", case)
    return found is not None and "plur" in found.grammemes


def _gender(word: str, case: str) -> str:
    found = reading(word, "NOUN", case, "sing")
    return next((g for g in ("masc", "femn", "neut") if found and g in found.grammemes), "")


def _like(written: str, form: str) -> str:
    return form.capitalize() if written[:1].isupper() else form


@cache
def _nominative(
    word: str, case: str, kind: str, *, plural: bool = False, gender: str = ""
) -> str | None:
    """A word of a kind put into the nominative from the case, in the same number and gender."""
    if case == "nomn":
        return word
    number = "plur" if plural else "sing"
    for found in analyser().parse(word):
        tags = found.tag.grammemes
        if case in tags and kind in tags and (kind == "Surn" or number in tags):
            form = found.inflect({"nomn", number, gender} - {""})
            if form:
                return str(form.word)
    return None
