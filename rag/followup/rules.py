"""A follow-up made to stand alone by rules, without a model.

What is missing in it is taken from the question before: a pronoun is replaced by what it stands
for, a fragment («а у Олега?», "and in 2024?") takes the place of its like, a question that only
asks («до какого числа?») gets the rest. What has a subject of its own is left as it is: to add
something to a question that needs nothing would spoil it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.followup.phrases import Phrase, phrases, qualified, topic, without_question
from rag.followup.pieces import is_auxiliary, is_determiner, pieces
from rag.followup.pronouns import pointing, resolved
from rag.words import Language, language_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.followup.pieces import Piece

#: What joins a question to the one before it, and says nothing itself.
_JOINED = {
    "ru": re.compile(
        r"(?:ну|а|и|но|так|вот|тогда|хорошо|ясно|понятно|ок|окей|спасибо|еще|ещё|же)\b[\s,.!–—-]*",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"(?:and|but|so|ok|okay|then|also|well|thanks|right|now)\b[\s,.!–—-]*", re.IGNORECASE
    ),
}
_ABOUT = re.compile(
    r"(?:(?:what|how) about|(?:а )?(?:как|что) (?:насчёт|насчет|по поводу|с(?=\s)))\s+",
    re.IGNORECASE,
)
_IF = re.compile(r"(?:(?:а )?что,? (?:если|когда)|what if|если|if)\s+", re.IGNORECASE)
#: Says how long something takes, and not what.
_TAKES = re.compile(r"\bit takes?\b", re.IGNORECASE)
_FEW = 2  # words of content up to which a joined question is still about what was asked before
_LONGEST = 400  # characters; what is longer is a text, and stands alone
_SHORT = 7  # words of a fragment
#: Question words that no noun behind them belongs to.
_WHO = frozenset("кто что кого чего кому чему кем чем ком как когда где почему зачем куда".split())
_SUBJECTS = ("noun", "number")


def standalone(question: str, said: Sequence[tuple[str, str]]) -> str:
    """The question so that it can be understood by itself.

    `said` are the questions before it, each one that stands alone, and their answers, the latest
    first. A question that needs none of them comes back unchanged.
    """
    typed = question.strip()
    if not said or not typed or len(typed) > _LONGEST:
        return question
    language = language_of(typed)
    if language_of(said[0][0]) != language:
        return question
    core, joined = _without_joints(typed, language)
    before = said[0][0].strip()
    for rule in (_condition, _fragment, _asking):
        if made := rule(core, before, joined, language):
            return _finished(made)
    if made := resolved(core, said, language):
        return _finished(made)
    if (joined or _TAKES.search(core)) and _is_thin(core, language):
        return _finished(f"{core.rstrip(' ?!.')} ({topic(before, language)})")
    return question


def leans(question: str) -> bool:
    """Whether a question looks as if it needed those before it, by its own words alone."""
    if len(question) > _LONGEST:
        return False
    language = language_of(question)
    core, joined = _without_joints(question.strip(), language)
    return (
        bool(_IF.match(core) or pointing(core, language))
        or _is_fragment(core, joined, language)
        or _only_asks(core, language)
        or _is_thin(core, language)
    )


def _without_joints(text: str, language: Language) -> tuple[str, bool]:
    """A question without «а», «и», "so" … before it, and whether there was any."""
    joined = False
    while match := _JOINED[language].match(text):
        if match.end() == len(text):
            break
        text, joined = text[match.end() :], True
    return text, joined


def _finished(text: str) -> str:
    """A question with a capital letter and a question mark."""
    text = " ".join(text.split()).rstrip(" ?!.,") + "?"
    return text[:1].upper() + text[1:]


# -- «а если …?», "what if …?"


def _condition(core: str, before: str, joined: bool, language: Language) -> str | None:
    match = _IF.match(core)
    if match is None or (not joined and "," in core):
        return None
    if any(piece.kind == "ask" for piece in pieces(core[match.end() :], language)):
        return None  # it goes on to ask
    word = "если" if language == "ru" else "if"
    comma = "," if language == "ru" else ""
    return f"{before.rstrip(' ?!.')}{comma} {word} {core[match.end() :]}"


# -- «а у Олега?», "what about 2024?"


def _fragment(core: str, before: str, joined: bool, language: Language) -> str | None:
    """The question before with what a fragment names in the place of its like, or added."""
    if not _is_fragment(core, joined, language):
        return None
    about = _ABOUT.match(core)
    said = (core[about.end() :] if about else core).rstrip(" ?!.")
    out = before.rstrip(" ?!.")
    if pointing(said, language):
        whole = pieces(said, language)
        return f"{out} {said}" if [each.kind for each in whole[:1]] == ["prep"] else None
    named = phrases(said, language, begins=not joined and about is None)
    if len(named) == 1 and (owner := _owner(before, named[0], bool(about), language)):
        return f"{core.rstrip(' ?!.')} ({owner})"
    for phrase in reversed(named):
        out = _exchanged(out, phrase, bool(about), language)
    return out if named else None


def _is_fragment(core: str, joined: bool, language: Language) -> bool:
    if _ABOUT.match(core):
        return True
    found = pieces(core, language)
    if not found or len(found) > _SHORT or not (joined or found[0].kind == "prep"):
        return False
    if any(each.kind in ("ask", "verb") for each in found):
        return False
    return found[0].kind == "prep" or any(
        each.kind in ("noun", "number", "adjective") for each in found
    )


def _owner(before: str, new: Phrase, about: bool, language: Language) -> str | None:
    """The thing with a name («договор с Ромашкой») that a new thing («пени») is of, not like it."""
    if new.preposition or new.named or new.time or new.head.kind != "noun":
        return None
    held = phrases(before, language)
    for place, old in enumerate(held):
        if _alike(old, new, about) and not old.asked:
            whole = qualified(held, place, before)
            if whole.named and not old.named:
                return whole.text
    return None


def _exchanged(before: str, phrase: Phrase, about: bool, language: Language) -> str:
    """The question with its last phrase of this kind replaced by it; else with it added."""
    held = phrases(before, language)
    bare = language == "ru" and not (phrase.preposition or phrase.named or phrase.time or about)
    if bare and phrase.head.kind == "noun" and (span := _same_case(held, phrase)):
        return before[: span[0]] + phrase.text + before[span[1] :]
    alike = [each for each in held if _alike(each, phrase, about)]
    if alike:
        old = max(alike, key=lambda each: (_same_kinds(each, phrase), each.start))
        return before[: old.start] + _with_rest(old, phrase) + before[old.end :]
    added = f"{phrase.preposition} {phrase.text}".strip()
    return f"{before} {added}" if phrase.preposition or language == "ru" else f"{before} ({added})"


def _same_kinds(old: Phrase, new: Phrase) -> bool:
    """Whether both are names, or both are not; a bare adjective is like what has one."""
    if all(each.kind == "adjective" for each in new.pieces):
        return any(each.kind == "adjective" for each in old.pieces)
    return old.named == new.named


def _same_case(held: Sequence[Phrase], new: Phrase) -> tuple[int, int] | None:
    """Where the last noun stands that is in the case of the new one, with its adjectives."""
    likely = {each.case for each in new.readings[:1]}
    nouns = [
        (phrase, place)
        for phrase in held
        if not phrase.preposition and not phrase.measured
        for place, each in enumerate(phrase.pieces)
        if each.kind == "noun" and not each.named and each.cases & likely
    ]
    if not nouns:
        return None
    phrase, place = nouns[-1]
    first = place
    while first > 0 and phrase.pieces[first - 1].kind == "adjective":
        first -= 1
    return phrase.pieces[first].start, phrase.pieces[place].end


def _with_rest(old: Phrase, new: Phrase) -> str:
    """The new phrase; a bare number or adjective takes the place of the like of it alone."""
    for kind in ("number", "adjective"):
        mine = [each for each in old.pieces if each.kind == kind]
        if not all(each.kind == kind for each in new.pieces):
            continue
        if mine:
            first, last = mine[0].start - old.start, mine[-1].end - old.start
            return old.text[:first] + new.text + old.text[last:]
        if kind == "adjective":
            return f"{new.text} {old.text}"
    return new.text


def _alike(old: Phrase, new: Phrase, about: bool) -> bool:
    """Whether one phrase can take the place of another: both say when, or whose, or of what."""
    if old.measured or old.time != new.time:
        return False
    if new.time:
        return new.preposition in ("", old.preposition)
    if new.preposition:
        return old.preposition == new.preposition and (old.named or not new.named)
    if about:  # «что насчёт Олега», "what about the staff": its case tells nothing
        return old.named == new.named and (old.named or not old.preposition)
    if old.preposition or old.asked or old.named != new.named:
        return bool(old.asked and not old.preposition and old.head.cases & new.head.cases)
    cases, others = old.head.cases, new.head.cases
    return not cases or not others or bool(cases & others)


# -- «до какого числа?», «кто подписал?», "by when?"


def _asking(core: str, before: str, joined: bool, language: Language) -> str | None:  # noqa: ARG001
    """A question without a subject, with the rest of the one before."""
    if not _only_asks(core, language) or pointing(core, language):
        return None
    said = core.rstrip(" ?!.")
    has_verb = any(
        each.kind == "verb" or (language == "en" and each.kind == "noun")
        for each in pieces(said, language)
    )
    rest = topic(before, language) if has_verb else without_question(before, language)
    return f"{said} {rest}"


def _only_asks(core: str, language: Language) -> bool:
    """Whether a question asks, and names nothing that it asks about."""
    found = pieces(core, language)
    if len(found) > _SHORT or not any(each.kind == "ask" and each.folded != "ли" for each in found):
        return False
    if language == "en":
        return _only_asks_in_english(found)
    return not any(
        each.kind in _SUBJECTS and not _is_asked(found, place) for place, each in enumerate(found)
    )


def _is_asked(found: Sequence[Piece], place: int) -> bool:
    """Whether a noun is what the word before it asks for: «какого числа», «сколько дней»."""
    before = [each for each in found[:place] if each.kind != "adjective"]
    return bool(before) and before[-1].kind == "ask" and before[-1].folded not in _WHO


def _only_asks_in_english(found: Sequence[Piece]) -> bool:
    content = [each for each in found if each.kind in ("noun", "number")]
    if any(each.kind == "pronoun" for each in found):
        return False
    if any(is_auxiliary(each) for each in found):
        return not content
    if any(is_determiner(each) for each in found):
        return False
    return len(content) <= 1 and not any(each.named for each in content)


# -- «а когда истекает срок?»


def _is_thin(core: str, language: Language) -> bool:
    """Whether a question names no one and has so few words that much may be left unsaid."""
    found = pieces(core, language)
    content = [each for each in found if each.kind in ("noun", "adjective", "number", "verb")]
    content = [each for each in content if not is_auxiliary(each)]
    return len(content) <= _FEW and not any(each.named for each in found)
