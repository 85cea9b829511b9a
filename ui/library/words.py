"""What is known of documents, files and checks, said in the person's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import UsageError
from ui import spelling
from ui.parts import error_text, literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.doctor import Check
    from rag.errors import RagError
    from rag.holdings import Holding, Remark, Unread
    from rag.report import Report
    from ui.texts import Texts

#: The name of the collection that is there without being made.
DEFAULT = "default"


def kind(name: str, texts: Texts) -> str:
    """What a kind of documents is called."""
    return texts.get(f"library_kind_{name}", name)


def synced(iso: str, texts: Texts) -> str:
    """When a folder was last looked over (ISO, UTC), by the clock here."""
    return spelling.moment(iso, texts) if iso else texts["library_never"]


def collection(name: str, texts: Texts) -> str:
    """What a collection is called."""
    return texts["library_default"] if name == DEFAULT else name


def remark(told: Remark, texts: Texts) -> str:
    """What a reader says of a document."""
    if told.kind == "other":
        return told.text
    pages = ", ".join(map(str, told.pages))
    if told.more:
        pages += texts["library_more"].format(told.more)
    where = texts["library_on_pages"].format(pages) if pages else ""
    return texts[f"library_remark_{told.kind}"].format(
        pages=pages, where=where, count=spelling.number(told.count, texts), names=told.names
    )


def problems(row: Holding, texts: Texts) -> str:
    """The problems of a document in a few words."""
    kinds = dict.fromkeys(problem.kind for problem in row.problems)
    return ", ".join(texts[f"library_problem_{kind}"] for kind in kinds)


def coverage(row: Holding, texts: Texts) -> str:
    """How much of a document can be found, in words."""
    if row.covered == 1.0 and not row.aside:
        return texts["library_covered_all"]
    key = "library_covered_aside" if row.covered == 1.0 else "library_covered_part"
    covered, aside = spelling.share(row.covered, texts), spelling.share(row.aside, texts)
    return texts[key].format(covered=covered, aside=aside)


def reason(row: Unread, texts: Texts) -> tuple[str, str]:
    """Why a file could not be read, and what a person can do about it."""
    return texts[f"library_cause_{row.cause}"], texts[f"library_step_{row.cause}"]


def check(told: Check, texts: Texts) -> tuple[str, str]:
    """What was looked at, and what was found."""
    values = tuple(spelling.number(v, texts) if type(v) is int else v for v in told.values)
    if told.name == "recall" and told.state == "measured":
        values = (spelling.share(float(told.values[0]), texts), *values[1:])
    said = texts[f"library_check_{told.name}_{told.state}"].format(*values)
    return texts[f"library_check_{told.name}"], said


def outcome(report: Report, texts: Texts) -> str:
    """What an ingest did, or would do, by counts."""
    counts = {
        "added": len(report.added),
        "changed": len(report.changed),
        "removed": len(report.removed),
        "unchanged": len(report.unchanged),
        "skipped": len(report.skipped),
    }
    told = [
        texts[f"library_{name}"].format(spelling.number(n, texts))
        for name, n in counts.items()
        if n
    ]
    return ", ".join(told) or texts["library_nothing"]


def listed(names: Sequence[str], most: int, texts: Texts) -> str:
    """Names as Markdown, a line each, the first of many."""
    lines = [f"- {literal(name)}" for name in names[:most]]
    if len(names) > most:
        lines.append(
            f"- {texts['library_and_more'].format(spelling.number(len(names) - most, texts))}"
        )
    return "\n".join(lines)


def trouble(error: RagError, texts: Texts, key: str = "") -> tuple[str, str]:
    """What went wrong and what to do, in the person's language where there are words for it.

    `key` names those for something that a person cannot have as they asked for it.
    """
    if key and isinstance(error, UsageError):
        return texts[f"library_trouble_{key}"], texts[f"library_mend_{key}"]
    return error_text(error, texts)
