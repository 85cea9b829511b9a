"""Whom an act of English is for: "send Dana the login", "a note for you", "ring the council"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.minutes.english.leads import base_of
from rag.minutes.english.words import starting
from rag.minutes.findings import ADDRESSEE, EVERYBODY, GROUP, SPEAKER

if TYPE_CHECKING:
    from rag.minutes.view import View

_PRONOUNS = {"you": ADDRESSEE, "me": SPEAKER, "us": GROUP}
_EVERYBODY = frozenset("everyone everybody all y'all".split())
_THIRD = frozenset("him her them".split())
_TITLES = frozenset(
    "mr mrs ms miss dr prof professor councillor colonel captain father sister sir madam".split()
)
_DETERMINERS = frozenset("the my our your his her their a an some this that these those".split())
#: what shows that an object follows, and so that the words before it are whom it is given to
_OBJECT_OPENS = _DETERMINERS | {"it", "one", "two", "any", "what", "something", "details", "copies"}
#: acts that take "for somebody" or "to somebody" without giving anything
_NO_GIVING = frozenset(
    "look wait vote account stand cover go come listen belong stick head".split()
)
#: words that end the noun a determiner opened
_AFTER_NOUN = frozenset(
    "about as on by at before after when if once and or to for with from that who so because in "
    "today tomorrow tonight this next over back again up".split()
)
_KEEPING = frozenset("let keep copy cc loop get bring put".split())
_KEPT = ("know", "in", "posted", "informed", "updated")


def recipient(view: View, verb_at: int) -> str | None:
    """The name, the words of a role, or the mark of whom an act is for; None where it is nobody's.

    "send you the copy" gives ADDRESSEE, "the login for Dana" Dana, "ring the council" that council.
    """
    words = view.words
    verb = base_of(words[verb_at])
    behind = verb_at + 1
    if behind < len(words) and words[behind] in ("back", "over", "up"):
        behind += 1
    if verb == "let" and words[behind + 1 : behind + 2] == ("have",):
        return _person(view, behind)
    kept = bool(set(words[behind + 1 : behind + 3]) & set(_KEPT)) and verb in _KEEPING
    indirect = (
        kept
        or verb in ("copy", "cc", "loop")
        or view.is_in(verb, "ditransitive")
        or view.is_in(verb, "object_call")
    )
    if indirect and behind < len(words):
        found = _first_object(view, verb, behind)
        if found:
            return found
    if verb in _NO_GIVING:
        return None
    for i in range(verb_at + 1, len(words) - 1):
        giving = words[i] == "for" or (words[i] == "to" and view.is_in(verb, "transfer"))
        giving = giving or (words[i] == "with" and verb in ("share", "speak", "talk"))
        if giving:
            found = _person(view, i + 1)
            if found:
                return found
    return None


def _first_object(view: View, verb: str, at: int) -> str | None:
    """Whom "give" or "ring" has as its first object."""
    words = view.words
    calls = view.is_in(verb, "object_call")
    word = words[at]
    mention = starting(view.mentions, at)
    titled = titled_person(view, at)
    if calls and titled:
        return titled
    last = mention.last if mention else at + 1
    if word == "you" and words[last : last + 1] in (("all",), ("both",), ("guys",)):
        last += 1
    gives = last < len(words) and (
        words[last] not in _AFTER_NOUN or words[last] in ("back", "over")
    )
    if mention and view.tokens[mention.last - 1].word.endswith("'s"):
        return None
    kept = last < len(words) and words[last] in _KEPT
    if word in _PRONOUNS or word in _EVERYBODY or word in _THIRD or mention:
        copied = verb in ("copy", "cc", "loop")
        if calls or kept or copied or (gives and _opens_object(view, last)):
            return _person(view, at)
        return None
    outsider = view.tokens[at].capital and view.is_in(verb, "ditransitive")
    if outsider and words[at + 1 : at + 2] and words[at + 1] in _OBJECT_OPENS:
        return _text(view, at, at + 1)  # "drop Moyra a line"
    if word in _DETERMINERS:
        end = _noun_end(view, at)
        if calls and _is_person(view, at, end):
            return _role(view, at, end)
        given = view.is_in(verb, "ditransitive") and word in ("the", "my", "our", "your")
        if given and end > at + 1 and end < len(words) and words[end] in _DETERMINERS:
            return _text(view, at, end)
    return None


def _opens_object(view: View, at: int) -> bool:
    """Whether what stands at a token is a thing given rather than another act ("get Hattie to")."""
    return view.words[at] not in ("to", "for", "from", "with")


def _person(view: View, at: int) -> str | None:
    """Who is named by the words that begin at a token."""
    words = view.words
    word = words[at]
    if word == "you" and words[at + 1 : at + 2] in (("all",), ("guys",), ("lot",), ("both",)):
        return EVERYBODY
    if word == "all" and words[at + 1 : at + 3] == ("of", "you"):
        return EVERYBODY
    if word in _PRONOUNS:
        return _PRONOUNS[word]
    if word in _EVERYBODY:
        return EVERYBODY
    if word in _THIRD:
        return _meant(view, at)
    titled = titled_person(view, at)
    if titled:
        return titled
    mention = starting(view.mentions, at)
    if mention:
        owns = view.tokens[mention.last - 1].word.endswith("'s")
        return None if owns else mention.name
    if word in ("the", "my", "our", "your"):
        end = _noun_end(view, at)
        return _role(view, at, end) if _is_person(view, at, end) else None
    return None


def titled_person(view: View, at: int) -> str | None:
    """ "Mr Hallam", by the roster's name where it has one."""
    if view.words[at] not in _TITLES or at + 1 >= len(view.words):
        return None
    if not view.tokens[at + 1].capital:
        return None
    mention = starting(view.mentions, at) or starting(view.mentions, at + 1)
    return mention.name if mention else _text(view, at, at + 2).removesuffix("'s")


def _meant(view: View, at: int) -> str | None:
    """Whom "her" means: who was named last in the turn so far."""
    earlier = [m.name for m in view.mentions if m.last <= at and m.name != view.vocative]
    for beside in _before(view):
        if earlier:
            break
        role = _role_in(beside)
        if role:
            return role
        earlier = [m.name for m in beside.mentions if m.name != view.vocative]
    return earlier[-1] if earlier else view.recent_outsider


def _before(view: View) -> list[View]:
    """The clauses before this one in its sentence and the two before, the nearest first."""
    found = [view.at(i) for i in range(view.clause_at - 1, -1, -1)]
    for sentence_at in range(view.sentence_at - 1, max(-1, view.sentence_at - 3), -1):
        count = len(view.sentences[sentence_at].clauses)
        found += [view.of(sentence_at, i) for i in range(count - 1, -1, -1)]
    return found


def _role_in(view: View) -> str | None:
    """The last role a clause names ("the auditor")."""
    words = view.words
    for at in range(len(words) - 2, -1, -1):
        if words[at] not in ("the", "my", "our"):
            continue
        for end in range(at + 2, min(at + 5, len(words) + 1)):
            if view.is_in(words[end - 1], "person_noun"):
                return _text(view, at, max(end, _place(view, end)))
    return None


def _place(view: View, end: int) -> int:
    """Behind "at Home Farm", where that tells which man is meant."""
    named = end + 1 < len(view.words) and view.words[end] == "at" and view.tokens[end + 1].capital
    while named and end + 1 < len(view.words) and view.tokens[end + 1].capital:
        end += 1
    return end + 1 if named else end


def _role(view: View, at: int, end: int) -> str:
    """The words of a role; "the whole team" is everybody."""
    whole = set(view.words[at:end]) <= {"the", "whole", "team", "group", "rest", "of", "entire"}
    return EVERYBODY if whole else _text(view, at, end)


def _noun_end(view: View, at: int) -> int:
    """Where the noun that a determiner opens ends; at most four words behind."""
    words = view.words
    end = at + 1
    while end < len(words) and end - at < 5:
        inside = any(f.start <= view.tokens[end].start < f.end for f in view.dues)
        if words[end] in _AFTER_NOUN or words[end] in _DETERMINERS or inside:
            break
        if view.scene.text[view.tokens[end - 1].end : view.tokens[end].start].strip():
            break
        end += 1
    return end


def _is_person(view: View, at: int, end: int) -> bool:
    """Whether the last word of a noun is a person's or a role's."""
    last = view.words[end - 1]
    return end > at + 1 and (view.is_in(last, "person_noun") or view.is_in(last, "body_noun"))


def _text(view: View, at: int, end: int) -> str:
    return view.scene.text[view.tokens[at].start : view.tokens[end - 1].end]
