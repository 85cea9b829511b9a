"""Which of the labels found in a text are speakers, and whether it is a meeting at all."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from rag.minutes.turns.labels import (
    OFFICES,
    clean_name,
    is_capitalised,
    is_login,
    is_numbered,
    is_person,
    is_plausible,
    is_stop,
    is_thing,
)
from rag.minutes.turns.shapes import BARE_STAMP, CLOCK_LINE, Judge
from rag.minutes.turns.spans import Candidates, Span, Start, share_of, spans_of, timed
from rag.minutes.turns.talk import is_narrated, talk_share

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

#: share of the lines that must be speech: of a chat, where labels name people, without names
_MIN_CHAT_SHARE, _MIN_SHARE, _MIN_BARE_SHARE = 0.3, 0.5, 0.75
#: share of turns in which a word of talk is to be heard: where labels name people, where they may,
#: and of a label that nobody knows
_MIN_TALK, _MIN_STRANGERS_TALK, _MIN_LABEL_TALK = 0.1, 0.3, 0.2
#: share of speakers with known names from which the others are believed
_KNOWN_SHARE = 1 / 3
#: share of the lines with a label where each line is a turn
_EVEN_SHARE = 0.95
#: lines that a turn of strangers takes at most, on average
_MAX_LINES = 20
#: share of turns with a blank line before them where blank lines part turns
_APART_SHARE = 0.8
#: between two turns: headings, lists, tables, times, and short lines alone that end no sentence
_NO_SPEECH = re.compile(
    rf"^[ \t]*(?:[#|]|[-*•][ \t]|\d{{1,2}}[.)][ \t])|{CLOCK_LINE.pattern}"
    r"|(?<=\n\n)[^\n.!?…,;:]{1,60}$(?=\n\n)",
    re.MULTILINE,
)
#: turns of an office («Председатель») that no head of a protocol has
_MIN_OFFICE = 3
#: lines above the first words that may be a head
_MAX_HEAD = 15
#: words of a name that is met once
_MAX_ONCE = 3
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2}")
#: a line that does not speak and parts a turn from what follows: «Итого: решили …»
_ASIDE_LINE = re.compile(
    r"^[ \t]*(?:\d{1,2}:\d\d[ \t]+)?(?:\*\*|__)?([^\W\d_][^:\n.!?]{0,40}?)(?:\*\*|__)?[ \t]*:",
    re.MULTILINE,
)


def speech_in(found: Candidates) -> list[Span]:
    """The turns among the labels of a shape, in order; [] where they make no meeting."""
    least = found.shape.least
    if len(found.starts) < least:
        return []
    spans = _JUDGES[found.shape.judge](found)
    return spans if len(spans) >= least else []


def _sure(found: Candidates) -> list[Span]:
    """What nothing else looks like; with words before it, a message ends at a blank line."""
    if share_of(found.starts, found.text, paragraphs=False) < _MIN_CHAT_SHARE:
        return []
    alone = not found.text[: found.starts[0].at].strip()
    return spans_of(found.starts, found.text, paragraphs=found.shape.paragraphs and alone)


def _headed(found: Candidates) -> list[Span]:
    """Names on lines of their own: some come again, and they are people or talk."""
    starts = [start for start in found.starts if is_plausible(start.label)]
    spans = spans_of(starts, found.text, paragraphs=True)
    speakers = {clean_name(span.of.label) for span in spans}
    if len(speakers) == len(spans) or not _are_people(spans, found.text):
        return []
    return spans


def _alone(found: Candidates) -> list[Span]:
    """Names on lines of their own without a time: full names, or numbers, that come again."""
    counts = Counter(clean_name(start.label) for start in found.starts)
    known = {
        name
        for name, times in counts.items()
        if is_numbered(name) or (is_person(name) and (times > 1 or " " in name))
    }
    starts = [start for start in found.starts if clean_name(start.label) in known]
    if len(known) < 2 or share_of(starts, found.text, paragraphs=True) < _MIN_BARE_SHARE:
        return []
    spans = spans_of(starts, found.text, paragraphs=True)
    return spans if len(spans) > len(known) and _are_people(spans, found.text) else []


def _stamped(found: Candidates) -> list[Span]:
    """Labels with a time or a day: few texts but transcripts, chats and logs have them."""
    text = found.text
    speaking = [s for s in found.starts if is_plausible(s.label) and not is_thing(s.label)]
    begun = {start.at for start in speaking}
    stops = [start.at for start in found.starts]
    stops += [match.start() for match in BARE_STAMP.finditer(text)]
    stops += _aside_lines(text, {start.label for start in speaking})
    stops = [at for at in stops if at not in begun]
    if share_of(speaking, text, paragraphs=False, stops=stops) < _MIN_SHARE:
        return []
    dated = sum(start.day is not None for start in speaking)
    spans = spans_of(speaking, text, paragraphs=dated * 2 > len(speaking), stops=stops)
    return spans if _are_people(spans, text) else []


def _aside_lines(text: str, speakers: set[str]) -> list[int]:
    """Where lines begin whose label never speaks."""
    return [
        match.start()
        for match in _ASIDE_LINE.finditer(text)
        if match[1] not in speakers and is_stop(match[1])
    ]


def _labelled(found: Candidates) -> list[Span]:
    """Labels alone: people, or whoever comes again and talks, on most of the lines."""
    text = found.text
    said: dict[str, list[str]] = {}
    for span in spans_of(found.starts, text, paragraphs=False):
        said.setdefault(span.of.label, []).append(text[span.start : span.end])
    speakers = _speakers(said)
    if not speakers:
        return []
    begin = next(start.at for start in found.starts if start.label in speakers)
    begin = max(0, text.rfind("\n\n", 0, begin))  # what stands above is the head
    even = _is_line_by_line(found.starts, text)
    speakers |= {label for label, words in said.items() if _fits(label, words, speakers, even=even)}
    counts = Counter(clean_name(label) for label in speakers for _ in said[label])
    often = max(counts.values())
    listed = len(counts) > 1 and all(clean_name(label) in text[:begin] for label in speakers)
    if often < 2 and not listed:
        return []
    if len(counts) == 1 and not (often > 2 and all(map(is_person, speakers))):
        return []
    capitals = any(map(is_capitalised, speakers))
    speaking = [s for s in found.starts if s.label in speakers and s.at >= begin]
    shared = " " * begin + text[begin:] if _heads(text[:begin], speakers) else text
    if share_of(speaking, shared, paragraphs=False) < _MIN_SHARE:
        return []
    stops = [
        start.at
        for start in found.starts
        if start.label not in speakers and _parts(start.label, capitals=capitals, even=even)
    ]
    if _stand_apart(speaking, text):
        stops += [match.start() for match in _NO_SPEECH.finditer(text, speaking[0].at)]
        spans = spans_of(speaking[:-1], text, paragraphs=True, stops=[*stops, speaking[-1].at])
        spans += spans_of(speaking[-1:], text, paragraphs=False, stops=stops)
    else:
        spans = spans_of(speaking, text, paragraphs=False, stops=stops)
    spans = timed(spans, text)
    rare = len(spans) * _MAX_LINES < text.count("\n") and not any(map(is_person, speakers))
    return spans if not rare and _are_people(spans, text) else []


def _parts(label: str, *, capitals: bool, even: bool) -> bool:
    """Whether a label that is no speaker may be one: what follows it is nobody's then."""
    if is_stop(label) or is_login(label):
        return True
    return is_capitalised(label) if capitals else even and is_plausible(label)


def _heads(above: str, speakers: set[str]) -> bool:
    """Whether what stands above the words of people is no more than a title and who is there."""
    return above.count("\n") <= _MAX_HEAD and all(map(is_person, speakers))


def _stand_apart(starts: Sequence[Start], text: str) -> bool:
    """Whether blank lines part the turns, so that one may have more than one paragraph."""
    apart = sum(text.endswith("\n\n", 0, start.at) for start in starts[1:])
    return apart >= _APART_SHARE * (len(starts) - 1)


def _speakers(said: Mapping[str, list[str]]) -> set[str]:
    """The labels that name people, and those that come again and talk."""
    by_name: dict[str, list[str]] = {}
    for label, words in said.items():
        by_name.setdefault(clean_name(label), []).extend(words)
    speakers = set()
    for label in said:
        words = by_name[clean_name(label)]
        if not is_plausible(label) or (_is_office(label) and len(words) < _MIN_OFFICE):
            continue
        if is_person(label):
            speakers.add(label)
            continue
        lower = not is_capitalised(label)
        least = _MIN_STRANGERS_TALK if lower or is_thing(label) else _MIN_LABEL_TALK
        if len(words) >= (3 if lower and not is_login(label) else 2) and talk_share(words) >= least:
            speakers.add(label)
    return speakers


def _is_office(label: str) -> bool:
    return clean_name(label).lower() in OFFICES


def _fits(label: str, said: Sequence[str], speakers: set[str], *, even: bool) -> bool:
    """Whether a label beside those of a meeting's speakers is one more: «Хабиб: да».

    In an `even` transcript, where every line has a label, one that comes again or talks is.
    """
    if is_login(label):
        return even and any(map(is_login, speakers))
    if not is_plausible(label) or not is_capitalised(label) or is_thing(label) or _is_office(label):
        return False
    name = clean_name(label)
    words = name.split()
    if len(words) > 1 and any(clean_name(other).split()[:-1] == words[:-1] for other in speakers):
        return True
    if even and (len(said) > 1 or len(words) > 1 or talk_share(said) > 0):
        return True
    return len(words) <= _MAX_ONCE and bool(_CYRILLIC.search(name))


def _is_line_by_line(starts: Sequence[Start], text: str) -> bool:
    """Whether almost every line behind the first label has one."""
    lines = sum(bool(line.strip()) for line in text[starts[0].at :].split("\n"))
    return len(starts) >= _EVEN_SHARE * lines


def _dashed(found: Candidates) -> list[Span]:
    """Names before dashes or tabs, which notes have, too: all must talk, and take turns."""
    counts = Counter(start.label for start in found.starts)
    speaking = [
        start
        for start in found.starts
        if is_person(start.label)
        or (counts[start.label] > 1 and is_plausible(start.label) and not is_thing(start.label))
    ]
    spans = spans_of(speaking, found.text, paragraphs=False)
    speakers = {span.of.label for span in spans}
    if len(speakers) < 2 or len(spans) == len(speakers):
        return []
    if share_of(speaking, found.text, paragraphs=False) < _MIN_SHARE:
        return []
    return spans if talk_share(found.words(spans)) >= _MIN_STRANGERS_TALK else []


def _clocked(found: Candidates) -> list[Span]:
    """Words by the clock, of whom nobody is named."""
    if share_of(found.starts, found.text, paragraphs=False) < _MIN_BARE_SHARE:
        return []
    spans = spans_of(found.starts, found.text, paragraphs=False)
    spans = [span._replace(of=span.of._replace(label="")) for span in spans]
    return spans if talk_share(found.words(spans)) >= _MIN_STRANGERS_TALK else []


def _spoken(found: Candidates) -> list[Span]:
    """A talk without names: questions among lines that begin with a dash, and no author."""
    if share_of(found.starts, found.text, paragraphs=False) < _MIN_BARE_SHARE:
        return []
    spans = spans_of(found.starts, found.text, paragraphs=False)
    words = found.words(spans)
    asked = sum(said.endswith("?") for said in words)
    return spans if asked >= 2 and not is_narrated(words) else []


_JUDGES: dict[Judge, Callable[[Candidates], list[Span]]] = {
    "sure": _sure,
    "headed": _headed,
    "alone": _alone,
    "stamped": _stamped,
    "labelled": _labelled,
    "dashed": _dashed,
    "clocked": _clocked,
    "spoken": _spoken,
}


def _are_people(spans: Sequence[Span], text: str) -> bool:
    """Whether the labels are known names whose bearers talk, or else strangers who talk much."""
    labels = {span.of.label for span in spans}
    known = sum(map(is_person, labels))
    talk = talk_share(text[span.start : span.end] for span in spans)
    if labels and known >= _KNOWN_SHARE * len(labels):
        worded = sum(_WORD.search(text, span.start, span.end) is not None for span in spans)
        return talk >= _MIN_TALK or (known == len(labels) and worded * 2 > len(spans))
    return talk >= _MIN_STRANGERS_TALK and len(spans) > len(labels)
