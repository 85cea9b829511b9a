"""Assignments in the English of minutes: "SP to circulate the draft", "the Clerk will write".

"It was agreed that Sam would …", "Finance are asked to …", "Joan and Ravi agreed to …": a subject
that is a person, initials, an office or a body, then words of duty or promise, then the act.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from rag.minutes.clauses import tokens_of
from rag.minutes.dates import Found, choose, dates_in
from rag.minutes.lexicon import family
from rag.minutes.paper.acts import Order
from rag.minutes.paper.dues import cut
from rag.minutes.paper.owners import office_holder, only_people, owners_named
from rag.minutes.paper.words import pattern_of, wordings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.minutes.view import Scene
    from rag.types import Act

_LEAD = re.compile(
    r"\s*(?:(?:it\s+was\s+(?:also\s+|further\s+|therefore\s+)?)?(?:agreed|resolved|decided|noted\s+and\s+agreed)(?:\s+that)?[:,]?"
    r"|(?:the\s+)?(?:committee|board|meeting|council|group|team|trustees|governors)\s+(?:agreed|resolved|decided)\s+that"
    r"|that|(?-i:[A-Z][\w’' ]{2,28}:(?=\s+[A-Z]))|decision|action|in\s+the\s+meantime,?"
    r"|meanwhile,?|also,?|and|so|then,?|next,?)\s+",
    re.IGNORECASE,
)
_UNLESS = re.compile(
    r"\b(?:not|never|n't|unless|joked|hopes?|hoped|wondered|would\s+like|would\s+have|would\s+prefer|may|might|could"
    r"|try|tries|aim\s+to|endeavour|attempt|if\s+possible)\b",
    re.I,
)
_CONDITION = re.compile(
    r"\s*(?P<cond>(?:if|once|when|as\s+soon\s+as|subject\s+to|provided)\b[^,]{3,120}),\s*", re.I
)
_TRAILING = re.compile(
    r",?\s+(?P<cond>(?:if|once|as\s+soon\s+as|subject\s+to|provided\s+(?:that)?)\s+[^.;]{3,120})",
    re.I,
)
_STATIVE = frozenset(
    "be have know think feel like want need wait attend come remain stay continue become happen"
    " see hear believe sleep"
    " resign retire leave miss consider note convene reconvene reopen close expire".split()
)
_AND = re.compile(r",?\s+and\s+(?:then\s+|also\s+)?(?:to\s+)?(?=(?P<verb>[a-z-]+)\b)")
#: those outside the house, of whom a promise is only told
_OUTSIDE = re.compile(
    r"\b(?:supplier|contractor|company|council|customer|client|landlord|bank)s?$", re.I
)
#: the meeting itself: when it meets, and what it decides as a whole
_MEETS = re.compile(r"(?:re)?meet(?:\s+(?:next|again|on|at|in)\b|\W*$)", re.I)
_DECIDES = re.compile(
    r"(?:the\s+)?(?:committee|board|meeting|council|group|team|trustees|governors|members|councillors)\s+(?:has\s+|have\s+)?agreed\b",
    re.I,
)
#: an offer that was not wanted, in the words behind it
_DECLINED = re.compile(
    r"\bnot\s+to\b|\bdeclined\b|\bno\s+need\b|\bturned\s+down\b|\brefused\b", re.I
)
#: a second act that is plainly one ("… and return them")
_WITH_OBJECT = re.compile(r"\band\s+[a-z]+\s+(?:them|it|the|a|an|her|him)\b")
_PARTICLES = frozenset("up out over back away in on off round along down".split())
#: things that go to somebody, as the first word of a task
_SENT = frozenset("letter email e-mail note reply report invitation feedback copy thanks".split())
_NEXT = re.compile(r",?\s+(?:and|while)\s+(?=[A-Z]|the\s)|,\s+(?=[A-Z])")
#: a body or an office of one or two words
_NOT_OF_IT = r"about|again|by|for|on|in|with|and|to|before|at|of|if|once|when|next"
_THE = rf"the\s+[a-z]+(?:\s+(?!(?:{_NOT_OF_IT})\b)[a-z]+)?"
_TO_WHOM = re.compile(rf"\b(?P<how>to|for)\s+(?P<who>[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)?|{_THE})")
_CALLED = re.compile(
    r"(?:call|ring|phone|email|e-mail|tell|ask|remind|brief|update|thank)\s+"
    rf"(?P<who>[A-Z]\w+|{_THE})"
)


#: words in front of an office or a body that belong to it
_MODIFIERS = (
    r"(?:parish|finance|site|project|county|town|local|volunteer|deputy|assistant|senior|acting|honorary|general"
    r"|office|facilities|membership|events|head|lead|vice|joint|new|interim|events|building|safety|duty|shift"
    r"|sales|marketing|hr|it|communications|social\s+media|editorial|technical|quality|all)"
)


@cache
def _phrases(kind: str) -> str:
    entries = tuple(e for row in wordings("orders_en") if row.kind == kind for e in row.entries)
    return pattern_of(entries)


@cache
def _subject() -> re.Pattern[str]:
    """A subject of names, initials, offices or bodies, and the verb phrase behind it."""
    spelled = r"(?:[A-Z]\.\s?){1,2}[A-Z][\w'’]+"
    plain = r"[A-Z][\w'’]*(?:-[A-Z]\w*)?(?:\s+[A-Z][\w'’]+){0,2}|[A-Z]{2,3}|@\w+"
    name = f"{spelled}|{plain}"
    office = (
        rf"(?:[Tt]he\s+)?(?:(?:[A-Z][\w-]+|{_MODIFIERS})\s+){{0,3}}?(?i:{_phrases('office')}|{_phrases('body')})"
        rf"(?:\s+of\s+\w+)?(?:\s+{name})?"
    )
    one = rf"(?:{office}|{name})(?:\s*\([^()\n]{{1,40}}\))?"
    many = rf"{one}(?:\s*(?:,|&|/|\band\b)\s*(?:{one}))*"
    adverb = r"(?:has|have|had|both|jointly|kindly|also|then|each|all|still|now)"
    aside = r",\s[^,;.\n]{3,45},\s+"
    parted = rf"(?:promised|agreed|undertook|volunteered){aside}to|will{aside.rstrip('+')}"
    verbs = rf"(?:{adverb}\s+)?(?:{_phrases('vow')}|{parted})"
    return re.compile(
        rf"(?P<who>{many})\s*,?\s*[-–—:]?\s*(?P<vow>{verbs})\s+(?P<act>(?:now\s+|also\s+|then\s+)?[a-z][\w'’-]*)"
    )


@cache
def _said() -> re.Pattern[str]:
    """ "Colm said he'd book the projector", "Pia confirmed that she will ring them"."""
    name = r"[A-Z][\w'’]+(?:\s+[A-Z][\w'’]+)?|[A-Z]{2,3}"
    return re.compile(
        rf"(?P<who>{name})\s+(?:has\s+)?(?:kindly\s+)?(?:said|says|confirmed|reported|added|promised|agreed|offered)\s+(?:that\s+)?(?:he|she|they)"
        r"(?P<vow>['’]d|['’]ll|\s+would|\s+will)\s+(?P<act>[a-z][\w'’-]*)"
    )


@cache
def _asked() -> re.Pattern[str]:
    """ "Ken asked Paul to write to the school", "the committee tasked Asha to …"."""
    name = r"[A-Z][\w'’]+(?:\s+[A-Z][\w'’]+)?|[A-Z]{2,3}"
    return re.compile(
        rf"(?:[Tt]he\s+\w+|{name})\s+(?:asked|instructed|requested|tasked|directed|invited)\s+"
        rf"(?P<who>{name}|the\s+(?:{_phrases('office')}))\s+(?P<vow>to)\s+(?P<act>[a-z][\w'’-]*)"
    )


@cache
def _pronoun() -> re.Pattern[str]:
    """ "She will circulate them by Friday", about whom the sentence before is."""
    return re.compile(
        r"(?P<who>She|He)(?P<vow>\s+is(?=\s+(?:also\s+)?(?:taking|doing|handling|organising|arranging|booking"
        r"|sorting|chasing|writing|looking))|['’]ll|\s+will|\s+is\s+to|\s+agreed\s+to|\s+undertook\s+to|\s+offered\s+to|\s+promised\s+to)"
        r"\s+(?:also\s+|then\s+)?(?P<act>[a-z][\w'’-]*)"
    )


def _before(scene: Scene, at: int) -> list[str]:
    """The one person whom the sentence in front of a place, on the same line, names."""
    line = scene.text.rfind("\n", 0, at) + 1
    sentences = [s for s in re.split(r"(?<=[.!?])\s+", scene.text[line:at]) if s.strip()]
    if not sentences:
        return []
    tokens = tokens_of(sentences[-1], 0, len(sentences[-1]))
    named = {mention.name for mention in scene.roster.mentions(tokens) if mention.known}
    return list(named) if len(named) == 1 else []


@cache
def _told() -> re.Pattern[str]:
    """ "RS: book the author": names, a colon or a dash, and a verb as it is told."""
    name = r"[A-Z][\w'’]+(?:\s+[A-Z][\w'’]+)?|[A-Z]{2,3}"
    verbs = "|".join(sorted(family("en", "verb"), key=len, reverse=True))
    many = rf"(?:{name})(?:\s*(?:,|&|/|\band\b)\s*(?:{name}))*"
    return re.compile(
        rf"(?P<who>{many})\s*(?::|\s[–—-])(?P<vow>)\s*(?:please\s+)?(?:to\s+)?(?P<act>{verbs})\b"
    )


@cache
def _bare() -> re.Pattern[str]:
    """ "resolved that P. Lomax repair the pump": the verb as it is in a dictionary."""
    name = r"(?:[A-Z]\.\s?){0,2}[A-Z][\w'’]+(?:\s+[A-Z][\w'’]+)?|[A-Z]{2,3}"
    verbs = "|".join(sorted(family("en", "verb"), key=len, reverse=True))
    return re.compile(
        rf"(?P<who>(?:[Tt]he\s+)?(?:{name}|(?i:{_phrases('office')})))(?P<vow>)\s+(?P<act>{verbs})\b"
    )


@cache
def _gerund() -> re.Pattern[str]:
    name = r"[A-Z][\w’]*(?:\s+[A-Z][\w’]+){0,2}|[A-Z]{2,3}"
    return re.compile(
        rf"(?P<who>{name}(?:\s+and\s+(?:{name}))?)(?:['’]s\s+(?P<short>taking|doing|handling|booking|writing|sorting|chasing|on|got)"
        rf"|\s+(?P<long>{_phrases('gerund')}))\s+(?P<act>[\w'’-]+)"
    )


def orders_in(scene: Scene, start: int, end: int, *, agreed: bool = False) -> list[Order]:
    """The orders of one sentence of minutes; [] where it gives none.

    `agreed` tells that the words go on with what "it was agreed that" has begun.
    """
    text = scene.text
    if text[start:end].rstrip().endswith("?"):
        return []
    dues = [
        Found(f.start + start, f.end + start, f.due)
        for f in dates_in(text[start:end], scene.base, scene.language)
    ]
    condition: tuple[int, int] | None = None
    while start < end and text[start].isspace():
        start += 1
    at = start
    while (lead := _LEAD.match(text, at, end)) is not None:
        at = lead.end()
    if stated := _CONDITION.match(text, at, end):
        condition, at = stated.span("cond"), stated.end()
    match = _clause(text, at, end, led=at > start)
    if match is None:
        return _taken(scene, at, end, dues)
    vow, act = (match["vow"] or "to").strip().lower(), match["act"].lower()
    said = match.re is _said()
    if _UNLESS.search(text, match.end("who"), match.end("act")) or (
        vow == "would" and at == start and not (said or agreed)
    ):
        return []
    if _MEETS.match(text, match.start("act"), end) or _DECIDES.match(text, match.start(), end):
        return []
    if act in _STATIVE or act in ("not", "been") or family("en", "stative") & {act}:
        return []
    owners = (
        _before(scene, match.start())
        if match.re is _pronoun()
        else _owners(
            scene,
            match["who"],
            strict=said
            or "promis" in vow
            or "offer" in vow
            or vow in ("will", "would", "'ll", "must", "has to", "have to"),
        )
    )
    if not owners:
        return []
    if later := _TRAILING.search(text, match.end(), end):
        condition, end = condition or later.span("cond"), later.start()
    another = _another(text, match.end(), end)
    agreed = agreed or at > start
    others = orders_in(scene, another[1], end, agreed=agreed) if another else []
    end = another[0] if another and others else end
    reported = (
        vow not in ("to", "is to", "are to") and "asked" not in vow and "instructed" not in vow
    )
    own = _split(scene, match.start("act"), end, owners, dues, condition, reported=reported)
    return [*own, *others]


def orders_of(scene: Scene, start: int, end: int) -> list[Order]:
    """The orders of a sentence, each part between semicolons by itself."""
    found: list[Order] = []
    for match in re.finditer(r"[^;]+", scene.text[start:end]):
        found += orders_in(scene, start + match.start(), start + match.end())
    return found


def is_declined(scene: Scene, start: int, end: int) -> bool:
    """Whether a sentence offers what the words behind it on the line turn down."""
    offers = "offer" in scene.text[start:end].lower()
    return offers and _DECLINED.search(scene.text, end, _line_end(scene.text, end)) is not None


def acts_of(scene: Scene, start: int, end: int) -> list[Order]:
    """The acts of a task told without its owner: "photograph the letters and return them"."""
    first = re.match(r"\W*([A-Za-z-]+)", scene.text[start:end])
    known = first and first[1].lower() in family("en", "verb") | family("en", "transfer")
    if not known and _WITH_OBJECT.search(scene.text, start, end) is None:
        return []
    return _split(scene, start, end, [""], [], None, reported=False)


def _line_end(text: str, at: int) -> int:
    """Where the line of an offset ends."""
    found = text.find("\n", at)
    return found if found >= 0 else len(text)


def _another(text: str, start: int, end: int) -> tuple[int, int] | None:
    """(where the first act ends, where another's begins) of "SP to order it and LM to pay"."""
    for match in _NEXT.finditer(text, start, end):
        if _subject().match(text, match.end(), end):
            return match.start(), match.end()
    return None


def _clause(text: str, at: int, end: int, *, led: bool) -> re.Match[str] | None:
    """Subject, words of duty and act at `at`; `led` tells that "it was agreed that" came before."""
    patterns = (_said(), _asked(), _told(), _pronoun(), _subject(), *((_bare(),) if led else ()))
    return next((m for pattern in patterns if (m := pattern.match(text, at, end))), None)


def _taken(scene: Scene, at: int, end: int, dues: list[Found]) -> list[Order]:
    """ "Dana's taking the hall booking", "Sam is handling the caterers"."""
    match = _gerund().match(scene.text, at, end)
    if match is None:
        return []
    owners = only_people(scene, match["who"])
    verb = (match["short"] or match["long"] or "").lower()
    noun_only = verb in ("has", "owns", "will be", "is doing", "got", "on")
    if not owners or (noun_only and not dues):
        return []
    due = choose(scene.text, tuple(dues))
    begin = match.start("short") if match["short"] else match.start("long")
    if verb.endswith((" with", " for")):
        begin = match.start("act")
    what = cut(scene, (begin, end), due)
    return [Order(tuple(owners), what, due, at, "reported")]


def _owners(scene: Scene, words: str, *, strict: bool) -> list[str]:
    people = only_people(scene, words)
    if people:
        return people
    bare = re.sub(r"\([^()]*\)", "", words).strip()
    if _OUTSIDE.search(bare) and strict:
        return []
    noun = re.compile(rf"\b(?:{_phrases('office')}|{_phrases('body')})$", re.I)
    office = noun.search(bare) is not None
    short = re.fullmatch(r"[A-Z]{2,3}", bare) is not None
    if strict and not office_holder(scene.roles, bare.lower().removeprefix("the ")):
        return [] if not office else owners_named(scene, _without_article(bare))
    if office or short:
        return owners_named(scene, _without_article(bare))
    return []


def _without_article(words: str) -> str:
    return re.sub(r"^[Tt]he\s+", "", words)


def _split(
    scene: Scene,
    start: int,
    end: int,
    owners: list[str],
    dues: list[Found],
    condition: tuple[int, int] | None,
    *,
    reported: bool,
) -> list[Order]:
    """One order for every act: "write to the council and order crates" are two."""
    starts = [start]
    for match in _AND.finditer(scene.text, start, end):
        verb = match["verb"]
        said = scene.text[starts[-1] : match.start()].split()
        objects = len(said) > 1 and not (len(said) == 2 and said[1] in _PARTICLES)
        if (
            objects
            and verb in family("en", "verb") | family("en", "transfer")
            and len(scene.text[match.end() : end].split()) > 1
        ):
            starts.append(match.end())
    borders = [*starts[1:], end]
    orders = []
    for first, border in zip(starts, borders, strict=True):
        stop = border
        if border != end:
            stop = next(
                m.start() for m in _AND.finditer(scene.text, first, end) if m.end() == border
            )
        inside = tuple(f for f in dues if first <= f.start < border)
        due = choose(scene.text, inside) or (
            choose(scene.text, tuple(dues)) if len(dues) == 1 else None
        )
        what = cut(scene, (first, stop), due)
        kind: Act = "reported" if reported else "assigned"
        orders.append(
            Order(tuple(owners), what, due, first, kind, condition, recipient(scene, what, owners))
        )
    return orders


def recipient(scene: Scene, what: tuple[int, int], owners: Sequence[str]) -> str | None:
    """The person behind "to" or "for" beside a verb of sending, giving or telling, or called."""
    words = scene.text[slice(*what)]
    verb = words.split()[0].lower() if words.split() else ""
    called = _CALLED.match(words)
    if called:
        people = only_people(scene, called["who"])
        if people:
            return people[0] if people[0] not in owners else None
        return called["who"] if called["who"].startswith("the ") else None
    if verb not in family("en", "transfer") and verb not in _SENT:
        return None
    for match in _TO_WHOM.finditer(words):
        people = only_people(scene, match["who"])
        if people and people[0] not in owners:
            return people[0]
        if match["how"] == "to" and match["who"].startswith("the "):
            return match["who"]
    direct = re.match(r"\w+\s+(?P<who>[A-Z]\w+)\b", words)
    people = only_people(scene, direct["who"]) if direct else []
    return people[0] if people and people[0] not in owners else None
