"""Whether a text is minutes or a protocol, by the marks such papers carry."""

from __future__ import annotations

import re

#: «Ответственный:» and no firm of a contract
_OWNER = (
    r"[ \t]*(?:\*\*)?(?:ответственн(?:ый|ая|ые)|исполнитель|исп\.)(?:\*\*)?\s*[:—–-]"
    r"(?!\W*(?:ООО|ОАО|ЗАО|АО|ПАО|ИП|общество|начальник)\b)"
)
_CELL_END = r"(?:[ \t]\w+)?[ \t*_]*(?:\||$)"
#: A mark's weight, what a text with it holds in lower case (looked for first), and the mark.
_MARKS: tuple[tuple[int, tuple[str, ...], re.Pattern[str]], ...] = (
    (
        2,
        ("слушали", "решили", "постановили", "выступили"),
        re.compile(
            r"^[ \t\d.*#]*(?:слушали|решили|постановили|выступили)\b[^\n]{0,80}?:", re.I | re.M
        ),
    ),
    (
        2,
        ("отв.", "ответственн", "исполнитель", "исп."),
        re.compile(
            rf"\bотв\.\s*[:—–-]|^[^\n]{{3,400}}[.;,)]{_OWNER}|^{_OWNER}[^\n]*\n?[^\n]*\bсрок[^\n:]{{0,20}}[:—–-]",
            re.I | re.M,
        ),
    ),
    (
        2,
        ("|",),
        re.compile(
            rf"^(?=(?:.*\|)?[ \t*_]*(?:ответственн\w+|исполнител[ьи]|кто|owner|assignee|who)"
            rf"{_CELL_END})(?:.*\|)?[ \t*_]*(?:задач[аи]|поручени[ея]|действи[ея]|что|срок\w*|когда"
            rf"|дедлайн|task|action(?:\sitem)?|what|item|due(?:\sdate)?|deadline|when|by){_CELL_END}",
            re.I | re.M,
        ),
    ),
    (
        2,
        ("action", "ap"),
        re.compile(
            r"^[ \t]*(?:[-*][ \t]*)?(?:\*\*)?(?:action(?:\s+(?:item|point))?s?|ap)\s*(?:\d+\s*)?:"
            r"(?:\*\*)?\s*(?:[-*]\s*)?(?-i:[A-Z@]).*\b(?:to|will|by)\b",
            re.I | re.M,
        ),
    ),
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
            r"^[ \t*_>]*(?:участники|присутствовали|были|attendees|present|participants|apologies)"
            r"\b[*_]*\s*:",
            re.I | re.M,
        ),
    ),
    (
        1,
        (),
        re.compile(
            r"\A\W{0,80}[^\n]{0,300}?\b(?:протокол|совещани|встреч|созвон|синк|синхра|летучк|планёрк|планерк|minutes|meeting|sync|stand-?up|retro)",
            re.I,
        ),
    ),
    # a list of tasks alone is no meeting
    (
        1,
        ("[", "#"),
        re.compile(
            r"^[ \t]*[-*][ \t]+\[[ xXхХ]\]\s|^#+\s*(?:[\d.]+\s*)?(?:задачи|поручения|действия"
            r"|actions?|action items|tasks|next steps|to-?dos?)\b",
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
