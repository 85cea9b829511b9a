"""What a clause of English says and holds: the questions the rules of `english` ask."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes.english.leads import base_of, has_any, is_bare, lead, opens, says

if TYPE_CHECKING:
    from rag.minutes.dates import Found
    from rag.minutes.people.names import Mention
    from rag.minutes.view import View

_CONDITIONS = frozenset("if once assuming provided providing unless when whenever".split())
_CONDITION_PHRASES = (
    "as soon as",
    "as long as",
    "soon as",
    "long as",
    "so long as",
    "in case",
    "on condition",
    "the minute",
    "the moment",
    "subject to",
    "depending on",
    "only if",
    "even if",
    "weather permitting",
    "time permitting",
    "all being well",
    "budget permitting",
    "funds permitting",
    "the second",
)
#: "could have sent", but not "could have a word"
_UNDONE = re.compile(
    r"\b(?:could|should|would) have (?:\w+ed|been|done|sent|gone|got|had|made|taken|given|written|"
    r"bought|brought|told|said|come|put|found|seen|known|thought|kept|left|paid|built|cut)\b"
)
_INVERTED = frozenset("can could will would do does are is should might".split())
_EMPTY_CONDITIONS = frozenset(["if anything", "if not", "if so", "if only"])
_OWN_TIME = re.compile(r"^when (?:i'm|i am|i get|i go|i'll|we meet|we're|we get)\b")
_SUBORDINATE = frozenset(
    "who which that because since although though whether how why where while than".split()
)
#: "I'll have to drop at three": to leave
_LEAVING = re.compile(
    r"(?:drop|run|go|leave|jump|dash|shoot|split|head|scoot)(?: off| out)?"
    r"(?: in| at| by| now| soon)? "
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|half|noon|\d+)$"
)
_REFRESHMENT = re.compile(
    r"(?:get|grab|have|make|fetch) (?:some |a |my |the |another )?(?:quick )?"
    r"(?:lunch|coffee|tea|food|water|drink|breath|break|pint|biscuit|nap)"
)
RESULT = frozenset(
    "done ready finished complete completed written sorted fixed sent built up over back for out "
    "in printed drafted reviewed signed cleaned booked tested it that them".split()
)
_DROPS = frozenset(
    "me you us it that this these those them him her please the a an one so to of for at on in by "
    "with from into onto about".split()
)
ANAPHORS = frozenset("it that this them one those these".split())
_GENERAL = frozenset("do take handle sort cover own manage arrange tackle".split())
_PRONOUN_OBJECT = frozenset(
    "me you him her them us everyone everybody it that this those these one some".split()
)
_AT_ONCE = re.compile(r"asap|as soon|right away|straight away|immediately|now|soon|shortly")
#: particles of phrasal verbs
_PARTICLES = frozenset("out up over back in off round around down through away on along".split())
_POSTPONING = frozenset("push move shift slide bump put postpone delay change bring swap".split())
_DANGLING = frozenset("to the a an my of your and or".split())
_NEGATIONS = frozenset("not never won't can't cannot don't didn't wouldn't couldn't shan't".split())
_LEADS = ("commit", "offer", "ask", "joint", "deliver", "progressive", "try")
_TAGS = (
    "is that ok|is that okay|is that all right|is that alright|is that fine|if that's ok|"
    "if that's okay|if that's all right|if that's alright|if that's fine|does that work|"
    "would that work|will that do|how's that|how about that|okay|ok|yeah|right|all right|alright|"
    "shall i|sound good|sounds good|deal|good|fair enough|is that any good|how does that sound|"
    "that okay|that ok|that all right|happy with that|would that help|does that help|if you like|"
    "aren't you|isn't he|isn't she|aren't they|won't you|won't he|won't she|isn't that right|"
    "if that helps|yes|no|you know|eh|hm|innit"
).split("|")


def is_condition(view: View) -> bool:
    """Whether the clause is a condition of another: "if …", "once …", "as soon as …"."""
    words = [w for w in view.words if w not in ("and", "but", "so", "then", "only", "well", "or")]
    joined = " ".join(words)
    if view.sentence.question and words[:1] == ["when"] and words[1:2] and words[1] in _INVERTED:
        return False  # "when can you send it?"
    if not words or opens(words, "polite_condition") or joined in _EMPTY_CONDITIONS:
        return False
    if _OWN_TIME.search(joined):
        return False
    return words[0] in _CONDITIONS or joined.startswith(_CONDITION_PHRASES)


def is_condition_alone(view: View, sentence_at: int) -> bool:
    """Whether a sentence of the turn is a condition without anything it is a condition of."""
    sentence = view.sentences[sentence_at]
    if sentence.question or not sentence.clauses or len(sentence.clauses) > 2:
        return False
    beside = view.of(sentence_at, 0)
    others = [view.of(sentence_at, i) for i in range(1, len(sentence.clauses))]
    return is_condition(beside) and not any(has_lead(other) for other in others)


def is_asked(view: View) -> bool:
    """Whether the clause asks; "I'll send it Monday, is that okay?" asks by its last clause."""
    if not view.sentence.question:
        return False
    last = len(view.sentence.clauses) - 1
    for clause_at in range(view.clause_at + 1, last + 1):
        beside = view.at(clause_at)
        words = [w for w in beside.words if w not in ("and", "so", "but", "or", "then")]
        asks = lead(beside, "ask") or lead(beside, "offer_ask") or is_bare(beside, "ask")
        if " ".join(words) in _TAGS or asks or says(words[:1], "question_word"):
            return False
    return True


def is_subordinate(view: View) -> bool:
    """Whether the clause is a relative one, or reports what was said of "I" and "we"."""
    words = view.words
    if "do is" in " ".join(words) or opens(words, "ask") or opens(words, "ask_ing"):
        return False  # "what I'll do is …", "why don't you …"
    if words[0] in _SUBORDINATE:
        return words[0] != "that" or words[1:2] in (("i",), ("i'll",), ("we'll",), ("we",))
    return False


def doubted(view: View, at: int) -> bool:
    """Whether the words before a token take back or merely report what follows it."""
    before = view.words[:at]
    if says(before, "doubt") or has_any(view, "gone") or _UNDONE.search(" ".join(view.words)):
        return True
    reports = [i for i, word in enumerate(before) if view.is_in(word, "reporting")]
    return any(
        not i or before[i - 1] != "i" or before[i] in ("heard", "hear", "asked", "means")
        for i in reports
    )


def taken_back(view: View) -> bool:
    """Whether a later clause says it came to nothing ("but they never did", "but I can't")."""
    following = view.sentences[view.sentence_at + 1 : view.sentence_at + 2]
    if any("not to" in " ".join(s.words) for s in following):
        return True  # "The chair asked him not to."
    for other in view.others():
        words = other.words
        behind = other.clause_at > view.clause_at and words[:1] == ("but",)
        if behind and (_NEGATIONS | {"hasn't", "haven't", "isn't"}) & set(words):
            return True
    return False


def denied(view: View, first: int, last: int) -> bool:
    """Whether a negation stands between two tokens."""
    return bool(_NEGATIONS & set(view.words[first : last + 1]))


def broken_off(view: View) -> bool:
    """Whether the clause stops in the middle ("I'll get Hattie to, no, she's off")."""
    return view.words[-1] in _DANGLING


def has_lead(view: View) -> bool:
    """Whether the clause has a lead-in to an act of its own."""
    return any(lead(view, name) for name in _LEADS) or continues(view) is not None


def continues(view: View) -> int | None:
    """The verb of a clause that goes on from the one before: "and book the hall", "print it"."""
    words = view.words
    at = 0
    while at < len(words) and words[at] in ("and", "then", "also", "or", "maybe", "just"):
        at += 1
    if not view.clause_at or at + 1 >= len(words) or not view.is_in(words[at], "verb"):
        return None
    known = words[at + 1] in OPENS_OBJECT or starting(view.mentions, at + 1) is not None
    return at if known else None


OPENS_OBJECT = frozenset(
    "the a an my our your his her their its some this that these those it them him me you us "
    "everyone everybody all any another both two three four up out over back down round around "
    "off through into to with on about for what whatever one".split()
)


def objects(view: View, verb_at: int) -> list[str]:
    """Words behind the verb that can be what is done, deadlines and small words left out."""
    dues = (*view.dues, *view.bare_dues)
    return [
        token.word
        for token in view.tokens[verb_at + 1 :]
        if token.word not in _DROPS
        and token.word not in _PARTICLES
        and not view.is_in(token.word, "adverb")
        and not view.is_in(token.word, "filler")
        and not any(found.start <= token.start < found.end for found in dues)
    ]


def is_anaphoric(view: View, verb_at: int) -> bool:
    """ "I'll take that", "I'll do it": what is done was said before."""
    return base_of(view.words[verb_at]) in _GENERAL and not objects(view, verb_at)


def has_object(view: View, verb_at: int) -> bool:
    """Whether anything at all is acted on, a pronoun too ("I'll ring him")."""
    rest = view.words[verb_at + 1 :]
    return bool(objects(view, verb_at)) or bool(_PRONOUN_OBJECT & set(rest))


def starting(mentions: tuple[Mention, ...], at: int) -> Mention | None:
    """The mention that begins at a token."""
    return next((m for m in mentions if m.first == at), None)


def rejects(view: View, verb_at: int, due: Found | None, *, joint: bool = False) -> bool:
    """Whether the verb is an act within the meeting, a state, a threat, a joke or an idiom.

    `due` is the act's deadline: what has one is not done on the spot.
    """
    words = view.words
    verb = base_of(words[verb_at])
    rest = words[verb_at:]
    joined = " ".join(rest)
    if says(rest, "idiom") or opens(rest, "threat"):
        return True
    if _REFRESHMENT.match(joined) or _LEAVING.match(joined):
        return True
    if says(view.sentence.words, "wish"):
        return True
    dated = due is not None and not _AT_ONCE.match(due.due.raw.lower())
    if not dated and has_any(view, "now") and "from now on" not in joined:
        return True
    if joint and view.is_in(verb, "vague_joint") and not opens(rest, "joint_act"):
        return True
    phrase = opens(rest, "phrasal")
    if phrase:
        behind = verb_at + phrase.count(" ")
        plain = opens(rest, "intransitive") or dated or has_object(view, behind)
        return not plain or "just" in words[:verb_at]
    if verb == "have":
        kept = RESULT & set(rest[2:]) or dated or _made(view, verb_at)
        return not (kept and has_object(view, verb_at))
    if verb == "let":
        return not ("know" in rest and rest.index("know") <= 4)
    if verb == "see" and words[verb_at - 1] != "and" and not opens(rest, "phrasal"):
        return True
    return opens(rest, "stative") != "" or _within(view, verb_at, verb, due, dated=dated)


def is_private(view: View, verb_at: int) -> bool:
    """Whether the act is one's own affair: "collect my daughter", "painting my bathroom"."""
    rest = view.words[verb_at + 1 :]
    return any(
        word in ("my", "the") and bool(opens(rest[i + 1 :], "private" if word == "my" else "home"))
        for i, word in enumerate(rest)
    )


def _made(view: View, verb_at: int) -> bool:
    """ "have them build it": somebody is made to act."""
    rest = view.words[verb_at + 1 :]
    subject = rest[:1] and (rest[0] in ("him", "her", "them", "someone") or rest[0] == "the")
    return bool(subject) and any(view.is_in(word, "verb") for word in rest[1:3])


def _within(view: View, verb_at: int, verb: str, due: Found | None, *, dated: bool) -> bool:
    """Whether the act is done in the meeting itself: "I'll start", "I'll share my screen"."""
    rest = view.words[verb_at + 1 :]
    third = _has_third(view, verb_at)
    if view.is_in(verb, "in_meeting"):
        lasting = verb in ("talk", "walk", "explain", "answer", "address", "start", "introduce")
        return not (lasting and (third or is_later(view, due)))
    if not view.is_in(verb, "maybe_meeting"):
        return False
    if verb == "add" and not dated and not {"to", "in", "into"} & set(rest):
        return True  # to the notes that are taken
    if verb in ("use", "pick") and not dated and rest:
        return _is_offhand(view, verb_at)
    if dated or third:
        return False
    if any(view.is_in(word, "meeting_thing") for word in rest) or "just" in view.words[:verb_at]:
        return True
    if verb in ("tell", "show", "ask", "play", "give") and rest[:1]:
        return rest[0] in ("you", "us", "everyone", "everybody", "all", "a")
    return not has_object(view, verb_at)


def _is_offhand(view: View, verb_at: int) -> bool:
    """ "I'll use this", "I'll pick Leeds": what one likes rather than takes on."""
    rest = view.words[verb_at + 1 :]
    if view.words[verb_at] == "pick":
        return "up" not in rest
    return rest[0] in _PRONOUN_OBJECT


def is_later(view: View, due: Found | None) -> bool:
    """Whether a deadline names a day after the meeting's."""
    if due is None or not (due.due.end or due.due.start or view.scene.base is None):
        return False
    base = view.scene.base.isoformat() if view.scene.base else ""
    return not base or (due.due.end or due.due.start or "") > base


def _has_third(view: View, verb_at: int) -> bool:
    """Whether somebody who is neither "you" nor "me" has part in the act."""
    rest = view.words[verb_at + 1 :]
    named = any(mention.first > verb_at for mention in view.mentions) or any(
        token.capital and len(token.word) > 2 for token in view.tokens[verb_at + 1 :]
    )
    roles = any(view.is_in(w, "person_noun") or view.is_in(w, "body_noun") for w in rest)
    return named or roles or bool({"him", "her", "them"} & set(rest))


def moves_day(view: View, verb_at: int, due: Found | None) -> bool:
    """Whether the act is to move a day: "make it Friday", "push the draft to Wednesday"."""
    words = view.words
    if due is None:
        return False
    if words[verb_at : verb_at + 2] in _RESAID:
        return True
    before = {t.word for t in [t for t in view.tokens if t.end <= due.start + 4][-3:]}
    return words[verb_at] in _POSTPONING and bool({"to", "till", "until", "back"} & before)


_RESAID = (("make", "it"), ("make", "that"), ("say", "it"), ("call", "it"))


def has_habit(view: View) -> bool:
    """Whether the sentence tells what always happens."""
    words = view.sentence.words
    opening = [w for w in words if w not in ("and", "but", "oh", "so")][:1]
    return says(words, "habit") or opening == ["every"]
