"""One answer out of several: the drafts of best-of-n, and the answers to the pieces of a document.

Records and labels go by majority, field by field; of texts the one wins that the document supports
best, and where nothing is held against it, the one that is most like all others (minimum Bayes
risk: Kumar, Byrne, "Minimum Bayes-Risk Decoding for Statistical Machine Translation", 2004).
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rag.words import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.jobs.fields import Field
    from rag.jobs.records import Record

Row = dict[str, Any]


def majority(values: Sequence[Any], weights: Sequence[float] | None = None) -> tuple[Any, float]:
    """The value most drafts give, the earliest of equals; and the share of weight that agrees.

    Objects with the same keys are settled key by key, and the least share counts.
    """
    weights = weights or [1.0] * len(values)
    if all(isinstance(value, dict) and value.keys() == values[0].keys() for value in values):
        settled = {key: majority([v[key] for v in values], weights) for key in values[0]}
        shares = [share for _, share in settled.values()]
        return {key: value for key, (value, _) in settled.items()}, min(shares, default=1.0)
    keys = [json.dumps(value, ensure_ascii=False, sort_keys=True) for value in values]
    votes = dict.fromkeys(keys, 0.0)
    for key, weight in zip(keys, weights, strict=True):
        votes[key] += weight
    best = max(votes, key=lambda key: (votes[key], -keys.index(key)))
    return values[keys.index(best)], votes[best] / (sum(weights) or 1.0)


def elected(
    fields: Sequence[Field], rows: Sequence[Row], weights: Sequence[float] | None = None
) -> tuple[Row, float]:
    """One record out of several: what is judged by vote, the rest from those that voted so.

    The quotation beside a label is worth something only beside the label it was given for.
    """
    weights = list(weights or [1.0] * len(rows))
    closed = [field.name for field in fields if field.judged]
    label, share = majority([{name: row[name] for name in closed} for row in rows], weights)
    agreeing = [
        (row, weight)
        for row, weight in zip(rows, weights, strict=True)
        if all(row[name] == label[name] for name in closed)
    ] or list(zip(rows, weights, strict=True))
    settled: Row = {}
    for field in fields:
        if field.judged:
            settled[field.name] = label[field.name]
            continue
        said = [(row[field.name], weight) for row, weight in agreeing]
        told = [(value, weight) for value, weight in said if value is not None]
        if not closed and 2 * len(told) <= len(said):
            told = []  # most drafts found nothing
        settled[field.name] = majority(*map(list, zip(*told, strict=True)))[0] if told else None
    if not closed:
        shares = [
            sum(row[field.name] == settled[field.name] for row in rows) / len(rows)
            for field in fields
        ]
        share = min(shares, default=1.0)
    return settled, share


def merged(drafts: Sequence[Sequence[Record]]) -> tuple[list[Record], float]:
    """The records that most drafts have, in order of the document, each settled field by field.

    Records of two drafts are one where they stand on one line and share a value. The share is that
    of drafts that have a record, of the records that are kept on average.
    """
    groups: list[list[Record]] = []
    for draft in drafts:
        taken: set[int] = set()
        for record in draft:
            likely = [
                (_shared(record, group[0]), -place)
                for place, group in enumerate(groups)
                if place not in taken and _line(record) == _line(group[0])
            ]
            best = max(likely, default=(0, 0))
            if best[0]:
                taken.add(-best[1])
                groups[-best[1]].append(record)
            else:
                taken.add(len(groups))
                groups.append([record])
    kept = [group for group in groups if 2 * len(group) > len(drafts)]
    kept.sort(key=lambda group: _line(group[0]))
    share = sum(map(len, kept)) / (len(drafts) * len(kept)) if kept else 1.0
    return [_settled(group) for group in kept], share


def _line(record: Record) -> int:
    return record.place.start if record.place else -1


def _shared(one: Record, other: Record) -> int:
    """Values that two records have in common."""
    return sum(
        value is not None and value == other.values[name] for name, value in one.values.items()
    )


def _settled(group: Sequence[Record]) -> Record:
    """The record of a group; the flags are those of values that were given up or kept in it."""
    values = {}
    for name in group[0].values:
        said = [record.values[name] for record in group]
        told = [value for value in said if value is not None]
        values[name] = majority(told)[0] if 2 * len(told) >= len(said) and told else None
    flags = {
        flag.field: flag
        for record in group
        for flag in record.flags
        if values[flag.field] == (flag.value if flag.fate == "kept" else None)
    }
    return replace(group[0], values=values, flags=tuple(flags.values()))


def likest(texts: Sequence[str]) -> int:
    """The place of the text that shares most words with all others; the first of equals."""
    bags = [Counter(words(text)) for text in texts]

    def alike(one: Counter[str], other: Counter[str]) -> float:
        total = sum(one.values()) + sum(other.values())
        return 2 * sum((one & other).values()) / total if total else 1.0

    worth = [sum(alike(bag, other) for other in bags) for bag in bags]
    return max(range(len(texts)), key=lambda place: (worth[place], -place))


def together(values: Sequence[Any]) -> Any:
    """Answers to the pieces of a document as one: lists after one another, else the first told."""
    told = [value for value in values if value not in (None, "", [], {})]
    if not told:
        return values[0]
    if all(isinstance(value, list) for value in told):
        return [item for value in told for item in value]
    if all(isinstance(value, dict) for value in told):
        keys = dict.fromkeys(key for value in told for key in value)
        return {key: together([value.get(key) for value in told]) for key in keys}
    return told[0]
