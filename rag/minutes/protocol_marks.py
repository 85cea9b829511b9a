"""Whether a text is minutes or a protocol, by the marks such papers carry."""

from __future__ import annotations

import re

#: A mark's weight, what a text with it holds in lower case (looked for first), and the mark.
_MARKS: tuple[tuple[int, tuple[str, ...], re.Pattern[str]], ...] = (
    (
        2,
        ("слушали", "решили", "постановили", "выступили"),
        re.compile(
            r"^[\s\d.*#]*(?:слушали|решили|постановили|выступили)\b[^\n]{0,80}?:", re.I | re.M
        ),
    ),
    (
        2,
        ("отв.", "ответственн", "исполнитель", "исп."),
        re.compile(r"\b(?:отв\.|ответственн(?:ый|ая|ые)|исполнитель|исп\.)\s*[:—-]", re.I),
    ),
    (
        2,
        ("|",),
        re.compile(
            r"^\s*\|.*\b(?:ответственн\w+|исполнитель|кто|owner|assignee|who)\b.*\|", re.I | re.M
        ),
    ),
    (
        2,
        ("action", "ap"),
        re.compile(
            r"^\s*(?:[-*]\s*)?(?:action(?:\s+(?:item|point))?s?|ap)\s*(?:\d+\s*)?:", re.I | re.M
        ),
    ),
    (1, ("[",), re.compile(r"^\s*[-*]\s+\[[ xXхХ]\]\s", re.M)),
    (
        1,
        (
            "участники",
            "присутствовали",
            "были",
            "attendees",
            "present",
            "participants",
            "apologies",
        ),
        re.compile(
            r"^[\s*_>]*(?:участники|присутствовали|были|attendees|present|participants|apologies)\b[*_]*\s*:",
            re.I | re.M,
        ),
    ),
    (
        1,
        (),
        re.compile(
            r"\A\W*[^\n]*\b(?:протокол|совещани|встреч|созвон|синк|синхра|летучк|планёрк|планерк|minutes|meeting|sync|stand-?up|retro)",
            re.I,
        ),
    ),
    (
        1,
        ("#",),
        re.compile(
            r"^#+\s*(?:[\d.]+\s*)?(?:задачи|поручения|действия|actions?|action items|tasks|"
            r"next steps|to-?dos?)\b",
            re.I | re.M,
        ),
    ),
)
_ENOUGH = 2
#: characters that tell whether a text is a protocol
_SAMPLE = 200_000


def is_protocol(text: str) -> bool:
    """Whether a text carries the marks of minutes: fields, checkboxes, task tables, attendance."""
    sample = text[:_SAMPLE]
    folded = sample.lower()
    weights = (
        weight
        for weight, held, mark in _MARKS
        if (not held or any(word in folded for word in held)) and mark.search(sample)
    )
    return sum(weights) >= _ENOUGH
