"""Promises, offers and requests in the clauses of English speech; see `russian` for the method.

Without a part-of-speech tagger: auxiliaries and subjects are a closed class, and what follows
them is the verb. Verbs are sorted by the families of `data/lexicon_en.tsv`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.minutes.findings import ADDRESSEE, EVERYBODY, GROUP, SPEAKER, Finding

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
    r"^(?:and\s+|so\s+|but\s+)?(?:if|when) (?:i can|i may|i could|you (?:don't )?mind|that's (?:ok|okay|fine|alright)|you like|"
    r"i don't see you|anything|you ask me|possible|need be|not|so)\b"
)
_SUBORDINATE = frozenset(
    "who which that because since although though whether how why where while".split()
)
_IDIOM = re.compile(
    r"\b(?:have you know|see you|let you go|be honest|tell you what|give you that|never|bet|thank|"
    r"take it (?:you|that|from)|pick up on|tak(?:e|ing) (?:the )?(?:notes|minutes)|welcome|"
    r"get (?:straight|started|going|to (?:that|it|this|the point))|(?:hand|pass) (?:\w+ )?(?:over|back)|"
    r"(?:bear|keep) (?:that|it|this) in mind|take (?:any |your |some )?questions|bring you|"
    r"(?:come|circle|get) back to (?:that|it|this)|in (?:the )?chat|hold my|be right)\b"
)
_REFRESHMENT = re.compile(
    r"(?:get|grab|have|make|fetch) (?:some |a |my |the )?(?:quick )?(?:lunch|coffee|tea|food|water|drink|breath)"
)
_RESULT = frozenset(
    "done ready finished complete completed written sorted fixed sent built up over back for in".split()
)
_DROPS = frozenset("me you us it that this them please the a an".split())
_ANAPHORS = frozenset("it that this them one".split())
_REPORT = frozenset("said says told mentioned reckons thinks claims".split())


def findings(view: View) -> Finding | None:
    """What the view's clause commits to, offers or asks; None for most clauses."""
    words = view.words
    if not words or is_condition(view):
        return None
    called = _open_call(view)
    if called or _is_subordinate(view):
        return called
    for rule in (_on_me, _passive, _request, _offer, _first_person, _delivered, _joint, _reported):
        found = rule(view)
        if found:
            return found
    return None


def is_condition(view: View) -> bool:
    """Whether the clause is a condition of another: "if …", "once …", "as soon as …"."""
    words = [w for w in view.words if w not in ("and", "but", "so", "then", "only", "well")]
    joined = " ".join(words)
    if not words or _CONDITION_IDIOM.search(joined):
        return False
    return words[0] in _CONDITIONS or joined.startswith(("as soon as", "as long as"))


def _is_subordinate(view: View) -> bool:
    words = view.words
    said = any(word in _REPORT for word in words[:-1])
    if said and _index(view, ("i'll", "we'll", "i", "we")) is not None:
        at = next(i for i, w in enumerate(words) if w in _REPORT)
        ours = _index(view, ("i'll", "we'll"))
        if ours is not None and ours > at:
            return True
    return words[0] in _SUBORDINATE and words[0] not in ("that",)


def _index(view: View, wanted: tuple[str, ...]) -> int | None:
    return next((i for i, word in enumerate(view.words) if word in wanted), None)


def _verb_after(view: View, at: int) -> int | None:
    """Index of the first word behind `at` that is no adverb."""
    words = view.words
    return next((i for i in range(at + 1, len(words)) if words[i] not in _ADVERBS), None)


def _denied(view: View, first: int, last: int) -> bool:
    return any(
        w in ("not", "never", "won't", "can't", "cannot") for w in view.words[first : last + 1]
    )


def _make(
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
    clauses = _due_clauses(view)
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
        to_whom=_recipient(view, verb_at) if verb_at is not None else None,
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


def _due_clauses(view: View) -> tuple[int, ...]:
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


def _objects(view: View, verb_at: int) -> list[str]:
    """Words behind the verb that can be what is done, deadlines and small words left out."""
    return [
        token.word
        for token in view.tokens[verb_at + 1 :]
        if token.word not in _DROPS
        and token.word not in _ADVERBS
        and not view.is_in(token.word, "filler")
        and not any(found.start <= token.start < found.end for found in view.dues)
    ]


def _is_anaphoric(view: View, verb_at: int) -> bool:
    """ "I'll take that", "I'll do it", "I will"."""
    general = view.words[verb_at] in ("do", "take", "handle", "sort", "cover", "have", "own")
    return general and not _objects(view, verb_at)


def _later(view: View) -> bool:
    due = view.due(_due_clauses(view)) or view.next_due()
    if due is None:
        return False
    base = view.scene.base.isoformat() if view.scene.base else None
    return base is None or (due.due.end or due.due.start or "") > base


def _rejects(view: View, verb_at: int, *, joint: bool = False) -> bool:
    """Whether the verb is an act within the meeting, a state, a threat or an idiom."""
    words = view.words
    verb = words[verb_at]
    rest = " ".join(words[verb_at:])
    if _IDIOM.search(rest) or _REFRESHMENT.match(rest) or any(view.is_in(w, "now") for w in words):
        return True
    if any(rest.startswith(entry) for entry in ("buy you a", "eat my", "take a look")):
        return True
    if verb == "have":
        return not (_RESULT & set(words[verb_at + 2 :]) and (_objects(view, verb_at)))
    if verb == "let":
        return not (words[verb_at + 1 : verb_at + 3] == ("you", "know") and _later(view))
    if view.is_in(verb, "threat") or view.is_in(verb, "stative"):
        return True
    if joint and view.is_in(verb, "vague_joint"):
        return True
    if view.is_in(verb, "in_meeting"):
        phrasal = verb in ("go", "walk", "talk", "step", "be", "keep", "skip", "mute", "unmute")
        return phrasal or not (
            _later(view)
            or verb in ("add", "move", "pass", "hand", "share", "open")
            and _recipient(view, verb_at)
        )
    return False


def _has_habit(view: View) -> bool:
    return any(view.is_in(word, "habit") for word in view.sentence.words)


def _on_me(view: View) -> Finding | None:
    """ "the SSO article's on me", "leave it with me"."""
    joined = " ".join(view.words)
    if view.sentence.question:
        return None
    match = re.search(r"(?:'s|\bis|\bare) on me$|\bon me\b(?= |$)", joined)
    if match and len(view.words) > 2 and "if" not in view.words:
        at = next(i for i, w in enumerate(view.words) if w == "me")
        subject = [
            w
            for w in view.words[: at - 1]
            if w not in _ANAPHORS and w not in ("that's", "it's", "is", "this")
        ]
        first = 0 if subject else None
        return _make(
            view, "promise", at, None, SPEAKER, first=first, bare=not subject, anaphoric=not subject
        )
    left = re.match(r"leave (?P<what>.+) (?:with|to) me$", joined)
    if left and left["what"] not in _ANAPHORS:
        return _make(view, "promise", 0, None, SPEAKER, first=1)
    if left:
        return _make(view, "promise", 0, None, SPEAKER, bare=True, anaphoric=True)
    return None


def _passive(view: View) -> Finding | None:
    """ "will be collected by Sam"."""
    joined = " ".join(view.words)
    if view.sentence.question or not re.search(r"\b(?:will|to) be \w+(?:ed|en|t|d|n)\b", joined):
        return None
    agent = next((m for m in view.mentions if m.first and view.words[m.first - 1] == "by"), None)
    at = _index(view, ("be",))
    if agent is None or at is None:
        return None
    return _make(view, "promise", at, at + 1, agent.name, act="reported", first=0)


_ASK = (("can", "you"), ("could", "you"), ("would", "you"), ("will", "you"))


def _request(view: View) -> Finding | None:
    """ "can you get the draft over?", "Tom, send Dana the login", "you ring the council"."""
    words = view.words
    who = view.vocative or ADDRESSEE
    for at in range(len(words) - 1):
        if (words[at], words[at + 1]) in _ASK:
            before = next((m.name for m in view.mentions if m.last == at), None)
            who = view.vocative or before or ADDRESSEE
            verb_at = _verb_after(view, at + 1)
            if verb_at is None:
                return None
            if view.is_in(words[verb_at], "ask_noise") or view.is_in(words[verb_at], "stative"):
                return None
            return _make(view, "request", at, verb_at, who, first=verb_at)
        if words[at : at + 4] == ("i", "need", "you", "to") and at + 4 < len(words):
            return _make(view, "request", at, at + 4, who, first=at + 4, imperative=True)
    first = next(
        (i for i, w in enumerate(words) if not view.is_in(w, "filler") or w == "you"), None
    )
    mention = next((m for m in view.mentions if m.first == first), None)
    named: str | None = view.vocative
    if mention is not None and first is not None and mention.last < len(words):
        named, first = mention.name, mention.last
        if words[first] == "to" and first + 1 < len(words):
            first += 1
            if view.is_in(words[first], "verb"):
                return _make(view, "promise", first, first, named, act="assigned", first=first)
            return None
        if words[first] != "you":
            if "please" not in words and not (
                view.text_between(mention.last - 1, first).strip() == ","
            ):
                return None
    if first is None or view.sentence.question and named is None:
        return None
    if words[first] == "you" and first + 1 < len(words):
        first += 1
    elif first and "you" in words[:first]:
        return None
    if words[first] == "please" and first + 1 < len(words):
        first += 1
    verb = words[first]
    if not view.is_in(verb, "verb") or view.is_in(verb, "ask_noise") or not _objects(view, first):
        return None
    if named is None and "please" not in view.sentence.words:
        return None
    return _make(view, "request", first, first, named or ADDRESSEE, first=first, imperative=True)


def _offer(view: View) -> Finding | None:
    """ "I can do the billing articles", "could I send it by Monday instead?"."""
    words = view.words
    for at in range(len(words) - 1):
        pair = (words[at], words[at + 1])
        asks = (
            pair in {("shall", "i"), ("can", "i"), ("could", "i"), ("should", "i")}
            and view.sentence.question
        )
        says = pair in {("i", "can"), ("i", "could")} and not view.sentence.question
        if not (asks or says):
            continue
        verb_at = _verb_after(view, at + 1)
        if verb_at is None or _denied(view, at, verb_at) or _rejects(view, verb_at):
            return None
        if asks and pair != ("shall", "i") and view.due(_due_clauses(view)) is None:
            return None
        if view.is_in(words[verb_at], "ask_noise") and not _recipient(view, verb_at):
            return None
        anaphoric = _is_anaphoric(view, verb_at)
        return _make(
            view,
            "offer",
            verb_at,
            verb_at,
            SPEAKER,
            first=verb_at,
            bare=anaphoric,
            anaphoric=anaphoric,
        )
    return None


#: progressives that take on («I'm taking the status page»)
_TAKING = frozenset("taking handling covering organising organizing leading owning".split())


def _subject_verb(view: View, pronoun: str) -> tuple[int, int] | None:
    """(index of the subject, of the verb) of "I'll …", "I will …", "I'm going to …", "I promise to …"."""
    words = view.words
    short = {"i": ("i'll", "i'm"), "we": ("we'll", "we're")}[pronoun]
    for at, word in enumerate(words):
        rest = words[at + 1 :]
        if (word, *rest[:1]) == ("let", "me") and pronoun == "i" and _later(view):
            verb_at = _verb_after(view, at + 1)
        elif word == short[0] or word == pronoun and rest[:1] == ("will",):
            verb_at = _verb_after(view, at + (word == pronoun))
        elif word == short[1] and rest[:2] == ("going", "to"):
            verb_at = _verb_after(view, at + 2)
        elif word == short[1] and rest[:1] and rest[0] in _TAKING:
            verb_at = at + 1
        elif word == short[1] and rest[:1] == ("gonna",):
            verb_at = _verb_after(view, at + 1)
        elif word == pronoun and rest[:2] in (
            ("promise", "to"),
            ("commit", "to"),
            ("undertake", "to"),
            ("am", "going"),
            ("are", "going"),
        ):
            verb_at = _verb_after(view, at + 2 + (rest[1] == "going"))
        else:
            continue
        if verb_at is not None:
            return at, verb_at
    return None


def _first_person(view: View) -> Finding | None:
    """ "I'll send you the copy", "I'm going to have the birches done"."""
    found = _subject_verb(view, "i")
    if view.sentence.question or found is None or _has_habit(view):
        return None
    at, verb_at = found
    words = view.words
    if _denied(view, at, verb_at):
        return None
    if view.is_in(words[verb_at], "hedge") or words[verb_at : verb_at + 2] == ("see", "if"):
        follows = next(
            (
                i
                for i in range(verb_at + 1, len(words))
                if words[i] not in ("to", "and", "my", "best")
            ),
            None,
        )
        if follows is None:
            return None
        return _make(view, "promise", at, follows, SPEAKER, first=follows, force="tentative")
    if _rejects(view, verb_at):
        return None
    anaphoric = _is_anaphoric(view, verb_at)
    nothing = not anaphoric and not _objects(view, verb_at) and not _ANAPHORS & set(words[verb_at:])
    if nothing and view.due(_due_clauses(view)) is None and words[verb_at + 1 :]:
        return None
    return _make(
        view, "promise", at, verb_at, SPEAKER, bare=anaphoric or nothing, anaphoric=anaphoric
    )


def _joint(view: View) -> Finding | None:
    """ "we'll run the full checklist together": the group's."""
    found = _subject_verb(view, "we")
    if view.sentence.question or found is None or _has_habit(view):
        return None
    at, verb_at = found
    if (
        _denied(view, at, verb_at)
        or _rejects(view, verb_at, joint=True)
        or not _objects(view, verb_at)
    ):
        return None
    firm = view.due(_due_clauses(view)) is not None or view.next_due() is not None
    return _make(
        view, "promise", at, verb_at, GROUP, act="joint", force="firm" if firm else "tentative"
    )


def _reported(view: View) -> Finding | None:
    """ "Ellie promised to pitch the story", "Sam will collect the van", "she said she'd call"."""
    if view.sentence.question or _has_habit(view):
        return None
    words = view.words
    for mention in view.mentions:
        if mention.first and words[mention.first - 1] in ("to", "for", "with", "by"):
            continue
        found = _third_person(view, mention.last)
        if found is None:
            continue
        verb_at, promised = found
        stated = promised and not view.is_in(words[verb_at], "stative")
        if not (stated or not _rejects(view, verb_at)) or not _objects(view, verb_at):
            continue
        if _taken_back(view):
            continue
        finding = _make(
            view,
            "promise",
            mention.first,
            verb_at,
            mention.name,
            act="reported",
            first=verb_at if promised else None,
        )
        return replace(finding, others=_partners(view, mention))
    return _hearsay(view)


def _third_person(view: View, at: int) -> tuple[int, bool] | None:
    """(index of the verb, whether it was promised) behind a subject that ends at `at`."""
    words = view.words
    for i in range(at, min(at + 6, len(words))):
        if words[i : i + 2] in (("needs", "to"), ("has", "to"), ("is", "to")) and i + 2 < len(
            words
        ):
            return (i + 2, False)
        if (
            i == at
            and words[i] in ("should", "must")
            and i + 1 < len(words)
            and words[i + 1] != "be"
        ):
            return (i + 1, False)
        if words[i : i + 2] == ("going", "to") and i + 2 < len(words):
            return (i + 2, False)
        if i == at + 1 and words[at] not in _AFTER_SUBJECT:
            return None
        if words[i] == "has" or words[i] == "have":
            continue
        if words[i] == "promised" and i + 2 < len(words) and words[i + 1] != "to":
            return (i, True)
        if words[i] in ("will", "'ll") and i + 1 < len(words) and words[i + 1] not in ("be", "not"):
            verb_at = _verb_after(view, i)
            return (verb_at, False) if verb_at is not None else None
        if (
            view.is_in(words[i], "promise_verb")
            and words[i + 1 : i + 2] == ("to",)
            and i + 2 < len(words)
        ):
            return (i + 2, True)
        if words[i : i + 3] == ("is", "going", "to") and i + 3 < len(words):
            return (i + 3, False)
        if words[i] in ("said", "says", "who", "thinks"):
            return None
    return None


def _delivered(view: View) -> Finding | None:
    """ "You'll have the report by Friday": the speaker sees to it."""
    words = view.words
    for at, word in enumerate(words):
        if word == "you'll" and words[at + 1 : at + 2] in (("have",), ("get",)):
            due = view.due((view.clause_at,))
            if due and not view.sentence.question and _objects(view, at + 1):
                return _make(view, "promise", at, at + 1, SPEAKER, first=at + 1)
    return None


_WILLING = frozenset("can could will wants would should must".split())


def _open_call(view: View) -> Finding | None:
    """ "Who can write the minutes?", "somebody has to update the FAQ": whoever answers takes it."""
    words = view.words
    for at, word in enumerate(words[:3]):
        rest = words[at + 1 :]
        asks = word in ("who", "who'll") and view.sentence.question
        calls = word in ("somebody", "someone") and not view.sentence.question
        if not (asks or calls) or not rest:
            continue
        if word == "who'll" or rest[0] in _WILLING:
            verb_at = _verb_after(view, at + (word != "who'll"))
        elif rest[:2] in (("has", "to"), ("needs", "to"), ("wants", "to")):
            verb_at = _verb_after(view, at + 2)
        else:
            continue
        if verb_at is not None and view.is_in(words[verb_at], "verb") and _objects(view, verb_at):
            finding = _make(view, "request", verb_at, verb_at, ADDRESSEE, first=verb_at)
            return replace(finding, open_call=True)
    return None


def _partners(view: View, mention: Mention) -> tuple[str, ...]:
    """The other subject of "Joan and Ravi agreed"."""
    if mention.first and view.words[mention.first - 1] in ("and", "&"):
        return ()
    if view.words[mention.last : mention.last + 1] == ("and",):
        other = _starting(view.mentions, mention.last + 1)
        return (other.name,) if other else ()
    return ()


def _hearsay(view: View) -> Finding | None:
    """ "She said she'd have the coats finished": only where one outsider was just named."""
    words = view.words
    for at in range(len(words) - 2):
        if (
            words[at] in ("she", "he")
            and words[at + 1] in ("said", "promised")
            and words[at + 2] in ("she'd", "he'd", "she'll", "he'll")
        ):
            verb_at = _verb_after(view, at + 2)
            if verb_at is None or _rejects(view, verb_at) or _taken_back(view):
                return None
            who = view.recent_outsider
            if who is None:
                return None
            return _make(view, "promise", at, verb_at, who, act="reported", first=verb_at)
    return None


#: words that may stand between a name and its verb («Ellie from the agency promised»)
_AFTER_SUBJECT = frozenset("from at in of and has have also then the will is 'll".split())


def _taken_back(view: View) -> bool:
    """Whether a later clause says it came to nothing ("but they never did")."""
    for other in view.others():
        words = other.words
        if other.clause_at > view.clause_at and words[:1] == ("but",):
            if {"never", "didn't", "not", "hasn't", "haven't"} & set(words):
                return True
    return False


def _recipient(view: View, verb_at: int) -> str | None:
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
        mention = _starting(view.mentions, i)
        if close and mention:
            return mention.name
    return _role(view, verb_at) if view.is_in(verb, "object_call") else None


def _starting(mentions: tuple[Mention, ...], at: int) -> Mention | None:
    return next((m for m in mentions if m.first == at), None)


def _role(view: View, verb_at: int) -> str | None:
    """ "the vendor" of "call the vendor"."""
    words = view.words
    if words[verb_at + 1 : verb_at + 2] != ("the",) or verb_at + 2 >= len(words):
        return None
    return f"the {words[verb_at + 2]}"
