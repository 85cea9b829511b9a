"""What a clause of English says and holds: the questions the rules of `english` ask."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes.findings import ADDRESSEE, EVERYBODY, SPEAKER, Finding

if TYPE_CHECKING:
    from rag.minutes.dates import Found
    from rag.minutes.findings import Kind
    from rag.minutes.names import Mention
    from rag.minutes.view import View
    from rag.types import Act, Force

_ADVERBS = frozenset(
    "just also then definitely certainly probably maybe gladly happily quickly now still even "
    "actually always never not at least all personally kindly please go and".split()
)
_CONDITIONS = frozenset({"if", "once", "assuming", "provided", "unless", "when", "whenever"})
_CONDITION_IDIOM = re.compile(
    r"^(?:and\s+|so\s+|but\s+)?(?:if|when) (?:i can|i may|i could|"
    r"you (?:don't )?mind|that's (?:ok|okay|fine|alright)|you like|"
    r"i don't see you|anything|you ask me|possible|need be|not|so)\b"
)
_SUBORDINATE = frozenset(
    "who which that because since although though whether how why where while".split()
)
_IDIOM = re.compile(
    r"\b(?:have you know|see you|let you go|be honest|tell you what|give you that|never|bet|thank|"
    r"take it (?:you|that|from)|pick up on|tak(?:e|ing) (?:the )?(?:notes|minutes)|welcome|"
    r"get (?:straight|started|going|to (?:that|it|this|the point))|"
    r"(?:hand|pass) (?:\w+ )?(?:over|back)|"
    r"(?:bear|keep) (?:that|it|this) in mind|take (?:any |your |some )?questions|bring you|"
    r"(?:come|circle|get) back to (?:that|it|this)|in (?:the )?chat|hold my|be right)\b"
)
_REFRESHMENT = re.compile(
    r"(?:get|grab|have|make|fetch) (?:some |a |my |the )?(?:quick )?"
    r"(?:lunch|coffee|tea|food|water|drink|breath)"
)
_RESULT = frozenset(
    "done ready finished complete completed written sorted fixed sent built up over back for "
    "in".split()
)
_DROPS = frozenset("me you us it that this them please the a an".split())
ANAPHORS = frozenset("it that this them one".split())
_REPORT = frozenset("said says told mentioned reckons thinks claims".split())


def is_condition(view: View) -> bool:
    """Whether the clause is a condition of another: "if …", "once …", "as soon as …"."""
    words = [w for w in view.words if w not in ("and", "but", "so", "then", "only", "well")]
    joined = " ".join(words)
    if not words or _CONDITION_IDIOM.search(joined):
        return False
    return words[0] in _CONDITIONS or joined.startswith(("as soon as", "as long as"))


def is_subordinate(view: View) -> bool:
    """Whether the clause is a relative one, or reports what was said of "I" and "we"."""
    words = view.words
    said = any(word in _REPORT for word in words[:-1])
    if said and index(view, ("i'll", "we'll", "i", "we")) is not None:
        at = next(i for i, w in enumerate(words) if w in _REPORT)
        ours = index(view, ("i'll", "we'll"))
        if ours is not None and ours > at:
            return True
    return words[0] in _SUBORDINATE and words[0] not in ("that",)


def index(view: View, wanted: tuple[str, ...]) -> int | None:
    """Index of the first of the wanted words."""
    return next((i for i, word in enumerate(view.words) if word in wanted), None)


def verb_after(view: View, at: int) -> int | None:
    """Index of the first word behind `at` that is no adverb."""
    words = view.words
    return next((i for i in range(at + 1, len(words)) if words[i] not in _ADVERBS), None)


def denied(view: View, first: int, last: int) -> bool:
    """Whether a negation stands between two tokens."""
    return any(
        w in ("not", "never", "won't", "can't", "cannot") for w in view.words[first : last + 1]
    )


def make(
    view: View,
    kind: Kind,
    at: int,
    verb_at: int | None,
    who: str | None,
    *,
    act: Act = "self",
    force: Force = "firm",
    first: int | None = None,
    bare: bool = False,
    anaphoric: bool = False,
    imperative: bool = False,
) -> Finding:
    """A finding with its span, deadline, recipient and condition; `at` gave it away."""
    clauses = due_clauses(view)
    due = view.due(clauses) or view.next_due()
    begin = view.tokens[at if first is None else first].start
    start, end = _trimmed(view, begin, view.clause.end, due)
    verb = view.words[verb_at] if verb_at is not None else ""
    return Finding(
        kind=kind,
        turn=view.turn,
        at=view.tokens[at].start,
        what_start=start,
        what_end=end,
        sentence_start=view.sentence.start,
        sentence_end=view.sentence.end,
        who=who,
        to_whom=recipient(view, verb_at) if verb_at is not None else None,
        verb=verb,
        act=act,
        force=_hedged(view) if force == "firm" else force,
        due=due,
        condition=_condition(view),
        bare=bare,
        anaphoric=anaphoric,
        named=who is not None and not who.startswith("\0"),
        imperative=imperative,
    )


def _hedged(view: View) -> Force:
    return "tentative" if view.has("hedge_word") else "firm"


def due_clauses(view: View) -> tuple[int, ...]:
    """The clause, and those beside it that say nothing of their own."""
    clauses = [view.clause_at]
    for step in (1, -1):
        other = view.clause_at + step
        while 0 <= other < len(view.sentence.clauses):
            words = view.at(other).words
            subject = {
                "i",
                "we",
                "you",
                "he",
                "she",
                "they",
                "it",
                "i'll",
                "we'll",
                "i'm",
                "it's",
                "that's",
            }
            if subject & set(words) or is_condition(view.at(other)):
                break
            clauses.append(other)
            other += step
    return tuple(clauses)


def _condition(view: View) -> tuple[int, int] | None:
    for other in view.others():
        if is_condition(other):
            tokens = other.tokens
            skip = next(i for i, t in enumerate(tokens) if t.word in _CONDITIONS or t.word == "as")
            return tokens[skip].start, other.clause.end
    return None


def _trimmed(view: View, start: int, end: int, due: Found | None) -> tuple[int, int]:
    tokens = [t for t in view.tokens if start <= t.start and t.end <= end]
    called = {view.tokens[m.first].start for m in view.mentions if m.last == len(view.tokens)}

    def idle(position: int, *, first: bool) -> bool:
        token = tokens[position]
        inside = due is not None and due.start <= token.start < due.end
        filler = view.is_in(token.word, "filler") and (
            first or token.word in ("then", "please", "just", "okay")
        )
        return (
            inside
            or (filler and token.word not in ("i", "all", "that"))
            or (
                not first
                and token.start in called
                and position > 1
                and not _is_object(view, token.start)
            )
        )

    low, high = 0, len(tokens)
    while low < high and idle(low, first=True):
        low += 1
    while high > low and idle(high - 1, first=False):
        high -= 1
    return (tokens[low].start, tokens[high - 1].end) if low < high else (start, end)


def _is_object(view: View, start: int) -> bool:
    at = next(i for i, t in enumerate(view.tokens) if t.start == start)
    return at > 0 and view.words[at - 1] in ("to", "for", "with", "from", "at", "and", "by")


def objects(view: View, verb_at: int) -> list[str]:
    """Words behind the verb that can be what is done, deadlines and small words left out."""
    return [
        token.word
        for token in view.tokens[verb_at + 1 :]
        if token.word not in _DROPS
        and token.word not in _ADVERBS
        and not view.is_in(token.word, "filler")
        and not any(found.start <= token.start < found.end for found in view.dues)
    ]


def is_anaphoric(view: View, verb_at: int) -> bool:
    """ "I'll take that", "I'll do it", "I will"."""
    general = view.words[verb_at] in ("do", "take", "handle", "sort", "cover", "have", "own")
    return general and not objects(view, verb_at)


def later(view: View) -> bool:
    """Whether a day after the meeting's is named."""
    due = view.due(due_clauses(view)) or view.next_due()
    if due is None:
        return False
    base = view.scene.base.isoformat() if view.scene.base else None
    return base is None or (due.due.end or due.due.start or "") > base


def rejects(view: View, verb_at: int, *, joint: bool = False) -> bool:
    """Whether the verb is an act within the meeting, a state, a threat or an idiom."""
    words = view.words
    verb = words[verb_at]
    rest = " ".join(words[verb_at:])
    if _IDIOM.search(rest) or _REFRESHMENT.match(rest) or any(view.is_in(w, "now") for w in words):
        return True
    if any(rest.startswith(entry) for entry in ("buy you a", "eat my", "take a look")):
        return True
    if verb == "have":
        return not (_RESULT & set(words[verb_at + 2 :]) and (objects(view, verb_at)))
    if verb == "let":
        return not (words[verb_at + 1 : verb_at + 3] == ("you", "know") and later(view))
    if view.is_in(verb, "threat") or view.is_in(verb, "stative"):
        return True
    if joint and view.is_in(verb, "vague_joint"):
        return True
    if view.is_in(verb, "in_meeting"):
        phrasal = verb in ("go", "walk", "talk", "step", "be", "keep", "skip", "mute", "unmute")
        return phrasal or not (
            later(view)
            or (
                verb in ("add", "move", "pass", "hand", "share", "open")
                and recipient(view, verb_at)
            )
        )
    return False


def has_habit(view: View) -> bool:
    """Whether the sentence tells what always happens."""
    return any(view.is_in(word, "habit") for word in view.sentence.words)


def recipient(view: View, verb_at: int) -> str | None:
    """To whom, by "you", "me" or a name behind a verb of giving or telling."""
    words = view.words
    verb = words[verb_at]
    if not view.is_in(verb, "transfer"):
        return None
    behind = range(verb_at + 1, len(words))
    if "everyone" in words[verb_at:] or "everybody" in words[verb_at:]:
        return EVERYBODY
    for i in behind:
        close = i == verb_at + 1 or words[i - 1] in ("to", "for")
        if close and words[i] in ("you", "me"):
            return ADDRESSEE if words[i] == "you" else SPEAKER
        mention = starting(view.mentions, i)
        if close and mention:
            return mention.name
    return _role(view, verb_at) if view.is_in(verb, "object_call") else None


def starting(mentions: tuple[Mention, ...], at: int) -> Mention | None:
    """The mention that begins at a token."""
    return next((m for m in mentions if m.first == at), None)


def _role(view: View, verb_at: int) -> str | None:
    """ "the vendor" of "call the vendor"."""
    words = view.words
    if words[verb_at + 1 : verb_at + 2] != ("the",) or verb_at + 2 >= len(words):
        return None
    return f"the {words[verb_at + 2]}"
