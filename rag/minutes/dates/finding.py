"""Deadlines in the words of a clause, Russian and English, by hand-made rules.

The rules of `russian` and `english` propose phrases; the longest of overlapping ones stands,
then one is chosen. A date that is a topic («отчёт за октябрь»), that is denied («не в пятницу»)
or that belongs to a relative clause is none of these. No base day, no dates: the words are kept.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rag.minutes.dates import english, russian
from rag.minutes.dates.phrases import openness
from rag.minutes.morphology import reading
from rag.types import Due
from rag.words import fold

if TYPE_CHECKING:
    from rag.minutes.dates.phrases import Days
    from rag.words import Language

_RULES = {"ru": russian.RULES, "en": english.RULES}
#: a day to read phrases against where the meeting has none; its dates are thrown away
_ANY_DAY = date(2001, 1, 10)
#: days from which on a beginning without year is more likely behind than ahead
_BEGUN = 300
_RELATIVE_CLAUSE = re.compile(
    r",\s+(?:в\s+|на\s+|о\s+|с\s+)?котор\w+[^,]*,?|,\s+(?:which|that)\b[^,]*,"
)
_DENIED = re.compile(r"(?:^|\s)(?:не|not)\s+$")
_JOIN = re.compile(r"\s*,?\s*\(?\s*")
#: ordinals that as readily count things and people as days («второго беру я»)
_SMALL_ORDINAL = re.compile(r"(?:перв|втор|трет|четверт|пят|шест|седьм)\w+$")
#: words before a weekday that make a name or a past day of it, and what comes after one that ends
_NO_DAY = re.compile(
    r"(?:^|\s)(?:the|a|an|last|every|each|most|good|black|cyber|of|for|is|was|called|say|said|says|"
    r"hate|love|like|than)\s+$"
)
_AFTER_WEEKDAY = re.compile(r"\s*(?:$|[.,;!?)—–]|(?:and|but|so|then|if|unless|when|once|or)\b)")
_AFTER_ORDINAL = re.compile(r"\s+([^\W\d_]+)")


#: words without which a text names no day; events («после релиза») are not among them
_DAY_WORDS = re.compile(
    r"\d|сегодня|завтра|седня|понедельник|вторник|сред[ауеы]\b|четверг|пятниц|суббот|воскресен|"
    r"\b(?:пн|вт|ср|чт|пт|сб|вс)\b|январ|феврал|март|апрел|\bма[йяюе]\b|июн|июл|август|сентябр|"
    r"октябр|ноябр|декабр|недел|месяц|квартал|полугоди|\bгод|выходн|числ|утр|вечер|обед|дн[яеюй]|"
    r"\bден|час|сут|перв|втор|трет|четверт|пят|шест|седьм|восьм|девят|десят|надцат|двадцат|тридцат|"
    r"весн|лет[оауе]|осен|зим|today|tomorrow|tmr|tonight|day|week|month|quarter|year|fortnight|"
    r"\b(?:mon|tues?|wed|thur?s?|fri|sat|sun|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b|"
    r"january|february|march|april|\bmay\b|june|july|august|september|october|november|december|"
    r"morning|noon|lunch|evening|night|eod|cob|eow|eom|hour|spring|summer|autumn|winter|first|"
    r"second|third|th\b|\bq[1-4]\b",
)


def names_a_day(text: str) -> bool:
    """Whether a text may name a day or a period at all; quick, and True too often."""
    return _DAY_WORDS.search(fold(text)) is not None


class Found(NamedTuple):
    """A deadline phrase where it stands: `text[start:end] == due.raw`."""

    start: int
    end: int
    due: Due


class _Proposal(NamedTuple):
    """What one rule says of one stretch; a barred one is a date that is no deadline."""

    start: int
    end: int
    days: Days | None
    barred: bool = False


@lru_cache(maxsize=512)  # a long paragraph of minutes is asked at each of its sentences
def dates_in(
    text: str, base: date | None, language: Language, *, bare: bool = False
) -> tuple[Found, ...]:
    """All deadline phrases of a text, in order, none overlapping another.

    `bare` takes a weekday without preposition too: right in a field that holds nothing but a date,
    wrong in running text («запись пятница»).
    """
    folded = fold(text)
    if len(folded) != len(text):
        return ()
    aside = [match.span() for match in _RELATIVE_CLAUSE.finditer(folded)]
    proposals: list[_Proposal] = []
    for rule in _RULES[language]:
        for match in rule.pattern.finditer(folded):
            start, end = _trimmed(folded, *match.span())
            if any(a <= start < b for a, b in aside):
                continue
            groups = match.groupdict()
            if groups.get("topic") or groups.get("not") or _is_denied(folded, start):
                proposals.append(_Proposal(start, end, None, barred=True))
            elif bare or _is_deadline(folded, match):
                days = rule.read(match, base or _ANY_DAY)
                days = days and openness(match, days)
                over = days is not None and _is_over(days, base or _ANY_DAY)
                proposals.append(_Proposal(start, end, days, barred=over))
    return tuple(
        Found(start, end, _due(text[start:end], days if base else None))
        for start, end, days, _ in _longest(proposals)
    )


def _is_over(days: Days, base: date) -> bool:
    """«с 23 февраля» in March: what has begun is no deadline, though the day comes again."""
    return days.last is None and days.first is not None and (days.first - base).days > _BEGUN


def find_due(text: str, base: date | None, language: Language, *, bare: bool = False) -> Due | None:
    """The deadline of a clause; None where it names none.

    Phrases with a calendar anchor go before those without; of two side by side («через неделю,
    с 19 по 21 ноября») the later, which specifies the earlier; otherwise the first.
    """
    found = choose(text, dates_in(text, base, language, bare=bare))
    return found.due if found else None


def choose(text: str, found: tuple[Found, ...]) -> Found | None:
    """The phrase that is the deadline; see `find_due`."""
    anchored = [f for f in found if f.due.start or f.due.end] or list(found)
    if not anchored:
        return None
    chosen = anchored[0]
    for later in anchored[1:]:
        if not _JOIN.fullmatch(text[chosen.end : later.start]):
            break
        chosen = _specified(text, chosen, later)
    return chosen


def _specified(text: str, first: Found, later: Found) -> Found:
    """Two phrases side by side: the later one, but for «до пятницы, 13 марта», which is both."""
    open_day = first.due.start is None and first.due.end is not None
    if open_day and first.due.end == later.due.start == later.due.end:
        raw = text[first.start : later.end]
        return Found(first.start, later.end, Due(raw, None, first.due.end))
    return later


def _trimmed(folded: str, start: int, end: int) -> tuple[int, int]:
    while start < end and folded[start] in " \n\t,":
        start += 1
    while end > start and folded[end - 1] in " \n\t,.":
        end -= 1
    return start, end


def _is_denied(folded: str, start: int) -> bool:
    return _DENIED.search(folded[max(0, start - 8) : start]) is not None


def _is_deadline(folded: str, match: re.Match[str]) -> bool:
    """Whether a weekday or ordinal is one by its surroundings."""
    groups = match.groupdict()
    if "field" in groups:
        return False
    if "prep" in groups:
        lead = folded[match.start() : match.start("weekday")].strip(" ,")
        return lead != "the" and bool(lead or _stands_alone(folded, match))
    if "bare" not in groups or match["day"][0].isdigit() or "числ" in match.group():
        return True
    if _counts_a_noun(folded, match):
        return False
    if groups["open"] or groups["from"]:
        return True
    small = _SMALL_ORDINAL.fullmatch(match["day"]) is not None
    return match["day"].endswith(("ого", "его")) and (not small or _has_object(folded, match))


def _stands_alone(folded: str, match: re.Match[str]) -> bool:
    """An English weekday without preposition: "I'll send it Friday", "Friday morning I'm off"."""
    if "week" not in match.groupdict():
        return False
    if match.end() > match.end("weekday"):
        return _NO_DAY.search(folded[: match.start()]) is None
    after = _AFTER_WEEKDAY.match(folded, match.end())
    before = folded[: match.start()].rstrip()
    return bool(after and before) and before[-1].isalnum() and not _NO_DAY.search(before + " ")


def _counts_a_noun(folded: str, match: re.Match[str]) -> bool:
    """«до первого релиза»: the ordinal agrees with the noun behind it."""
    after = _AFTER_ORDINAL.match(folded, match.end())
    if after is None or "числ" in match.group():
        return False
    word = after.group(1)
    return (
        any(
            reading(word, "NOUN", case, "sing", at_least=0.2) is not None
            for case in ("gent", "datv")
        )
        and reading(word, "VERB") is None
    )


def _has_object(folded: str, match: re.Match[str]) -> bool:
    """Whether another word of the sentence can be the object, so that the ordinal is a day."""
    rest = folded[: match.start()] + " " + folded[match.end() :]
    return any(
        reading(word, "NOUN", "accs", at_least=0.1) is not None
        for word in re.findall(r"[а-я]{3,}", rest)
    )


def _longest(proposals: list[_Proposal]) -> list[_Proposal]:
    """Proposals that do not overlap, the longest first choice; barred ones only block others."""
    kept: list[_Proposal] = []
    ordered = sorted(proposals, key=lambda p: (p.start - p.end, p.days is None))
    for new in ordered:
        at = bisect_right(kept, new.start, key=lambda p: p.start)
        before, after = kept[max(at - 1, 0) : at], kept[at : at + 1]
        if all(old.end <= new.start for old in before) and all(
            new.end <= old.start for old in after
        ):
            kept.insert(at, new)
    return [p for p in kept if not p.barred]


def _due(raw: str, days: Days | None) -> Due:
    if days is None:
        return Due(raw, None, None)
    first, last = days.first, days.last
    return Due(raw, first.isoformat() if first else None, last.isoformat() if last else None)
