"""Results as text for a person: data to stdout, everything else to stderr."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from rag.register import due_text, entry_place, link_line, state_text
from rag.shown import escaped, shown
from rag.words import language_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence
    from pathlib import Path

    from rich.console import Console
    from rich.table import Table

    from rag.doctor import Check
    from rag.report import Report
    from rag.store.rows import DocumentRow
    from rag.summary import Summary
    from rag.types import Answer, Citation, Entry, Passage, Sentence
    from rag.words import Language

_PLAIN_WIDTH = 160  # columns where there is no terminal to ask
_TABLE_WIDTH = 100  # columns below which promises come as blocks, since a table would fold to bits
_SNIPPET = 300  # characters of a passage in a listing
_ROWS_SHOWN = 50
_NAMES_SHOWN = 3  # files skipped for one reason

_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"
_BLANKS = re.compile(r"\s+")
_WORDS = {
    "ru": {
        "who": "Кто",
        "to_whom": "Кому",
        "what": "Что",
        "when": "Срок",
        "where": "Где сказано",
        "page": "с. {}",
        "line": "строка {}",
        "instead": "Из слов модели документы не подтвердили ничего; вот что сказано в них самих.",
        "nearest": "Ближайшее из того, что есть:",
        "struck": "Вычеркнуто, потому что документы этого не подтверждают:",
        "gap": "Не прочитано моделью:",
        "nothing": "Об этом в документах нет связного текста.",
        "overdue": "просрочено",
    },
    "en": {
        "who": "Who",
        "to_whom": "To whom",
        "what": "What",
        "when": "By when",
        "where": "Said in",
        "page": "p. {}",
        "line": "line {}",
        "instead": "Nothing the model said is supported; this is what the documents say.",
        "nearest": "The nearest there is:",
        "struck": "Struck, because the documents do not support it:",
        "gap": "Not read by the model:",
        "nothing": "There is no running text about this in the documents.",
        "overdue": "overdue",
    },
}


def words_of(language: Language) -> dict[str, str]:
    """The words that results are shown with."""
    return _WORDS[language]


def console() -> Console:
    """Where data goes. Without a terminal: no colour, and a fixed width."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else _PLAIN_WIDTH
    return Console(width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def show_answer(question: str, answer: Answer, *, keep: bool = False) -> None:
    """An answer with its sources; struck sentences and a refusal's nearest passages below.

    With `keep` struck sentences stand in their place among the others where any stands.
    """
    words = _WORDS[language_of(question)]
    if answer.entries:
        show_entries(answer.entries, language_of(question))
        return
    if answer.refusal:
        print_line(answer.refusal)
        if answer.passages:
            print_line(f"\n{words['nearest']}")
            show_passages(answer.passages, language_of(question), brief=True)
        return
    if answer.struck and answer.by == "documents":
        print_line(words["instead"])
    kept = keep and answer.by == "model"
    _sentences(answer.written if kept else answer.sentences, words, answer.struck)
    if not kept:
        _struck_below(answer.struck, words)


def show_summary(summary: Summary) -> None:
    """A summary with its sources; what was struck and what it does not cover below."""
    words = _WORDS[summary.language]
    if not summary.sentences:
        print_line(words["nothing"])
    if summary.instead:
        print_line(words["instead"])
    _sentences(summary.sentences, words)
    _struck_below(summary.struck, words)
    for gap in summary.gaps:
        where = gap.document
        key, span = ("page", gap.pages) if gap.pages else ("line", gap.lines)
        if span:
            where += ", " + words[key].format("–".join(map(str, _ends(span))))
        print_line(f"{words['gap']} {where} ({gap.reason})")


def _struck_below(sentences: Sequence[Sentence], words: dict[str, str]) -> None:
    if sentences:
        print_line(f"\n{words['struck']}")
    for sentence in sentences:
        print_line(f"  {_struck(sentence)}")


def _struck(sentence: Sentence) -> str:
    return f"✗ {one_line(sentence.text)}  ({sentence.reason})"


def _sentences(
    sentences: Sequence[Sentence], words: dict[str, str], struck: Sequence[Sentence] = ()
) -> None:
    """Sentences and below them their sources; those that were struck cite nothing."""
    numbers: dict[Citation, int] = {}
    for sentence in sentences:
        if sentence in struck:
            print_line(_struck(sentence))
            continue
        marks = "".join(f"[{numbers.setdefault(c, len(numbers) + 1)}]" for c in sentence.citations)
        _sentence(sentence, marks)
    if numbers:
        print_line("")
    said = {sentence.text for sentence in sentences}
    for citation, number in numbers.items():
        quote = "" if citation.quote in said else f": «{one_line(citation.quote)}»"
        print_line(f"[{number}] {place(citation, words)}{quote}")


def _sentence(sentence: Sentence, marks: str) -> None:
    """A sentence with its marks on one line, the answer in it bold on a terminal."""
    before, marked, after = (_BLANKS.sub(" ", shown(part)) for part in sentence.parts)
    if marked and sys.stdout.isatty():
        marked = f"{_BOLD}{marked}{_PLAIN}"
    sys.stdout.write(f"{before}{marked}{after} {marks}".rstrip() + "\n")


def place(citation: Citation, words: dict[str, str]) -> str:
    """Where a citation points: document, page or line."""
    if citation.page is not None:
        return f"{citation.document}, {words['page'].format(citation.page)}"
    if citation.line is not None:
        return f"{citation.document}, {words['line'].format(citation.line)}"
    return citation.document


def show_entries(
    entries: Sequence[Entry],
    language: Language,
    *,
    quotes: bool = False,
    overdue: Container[Entry] = (),
) -> None:
    """Rows of the register as a table, or as blocks where a table would fold to bits.

    What other meetings say of a promise stands below, with its words; `quotes` adds the promises'
    own. `overdue` are marked so.
    """
    words = _WORDS[language]
    told = [(entry, _what(entry, language, late=entry in overdue)) for entry in entries]
    if console().width < _TABLE_WIDTH:
        for entry, what in told:
            print_line(_entry_block(entry, what, words))
            _below(entry, language, quotes=quotes)
        return
    table = _table(words["who"], words["to_whom"], words["what"], words["when"], words["where"])
    table.columns[-1].no_wrap = True  # a place is clicked or copied whole
    for entry, what in told:
        when = entry.promise.when
        cells = (entry.who or "—", entry.to_whom or "", what, due_text(when) if when else "")
        table.add_row(*map(shown, (*cells, entry_place(entry))))
    _print_table(table)
    for entry, _ in told:
        if quotes or entry.links:
            quote = "" if quotes or not entry.promise.quote else one_line(entry.promise.quote)
            print_line(entry_place(entry) + (f" «{quote}»" if quote else ""))
        _below(entry, language, quotes=quotes)


def _entry_block(entry: Entry, what: str, words: dict[str, str]) -> str:
    """A promise on lines of its own: who → to whom: what, by when, where it was said."""
    head = " → ".join([entry.who or "—", *([entry.to_whom] if entry.to_whom else [])])
    lines = [f"{head}: {what}"]
    if when := entry.promise.when:
        lines.append(f"   {words['when']}: {due_text(when)}")
    return "\n".join([*lines, f"   {entry_place(entry)}"])


def _below(entry: Entry, language: Language, *, quotes: bool) -> None:
    """The words of a promise, and what other meetings say of it."""
    if quotes:
        print_line(f"   «{one_line(entry.promise.quote)}»")
    for link in entry.links:
        print_line(f"   {link_line(link, language)}")


def _what(entry: Entry, language: Language, *, late: bool) -> str:
    """What was promised, and what became of it."""
    states = [state for state in (state_text(entry, language),) if state]
    if late:
        states.append(_WORDS[language]["overdue"])
    return one_line(entry.promise.what) + (f" ({', '.join(states)})" if states else "")


def show_passages(passages: Sequence[Passage], language: Language, *, brief: bool = False) -> None:
    """Passages with their place and, unless brief, their score."""
    words = _WORDS[language]
    for passage in passages:
        where = passage.document
        if passage.pages:
            where += ", " + words["page"].format("–".join(map(str, _ends(passage.pages))))
        elif passage.line is not None:
            where += ", " + words["line"].format(passage.line)
        text = one_line(passage.chunk.text)
        if len(text) > _SNIPPET:
            text = text[:_SNIPPET].rsplit(" ", 1)[0] + " …"
        head = f"{passage.rank}. {where}"
        if not brief:
            head += f"  ({passage.score:.2f}, {'+'.join(passage.via)})"
        print_line(f"{head}\n   {text}")


def _ends(pages: Sequence[int]) -> list[int]:
    return sorted({pages[0], pages[-1]})


def show_report(report: Report, folder: Path) -> None:
    """What an ingest did: counts, pages by kind, coverage, notes, and what was skipped and why."""
    counts = [
        f"{len(getattr(report, name)):,} {name}"
        for name in ("added", "changed", "unchanged", "removed", "skipped")
        if getattr(report, name)
    ]
    would = "would be: " if report.dry_run else ""
    print_line(would + (", ".join(counts) or "nothing to do"))
    if report.dry_run:
        for kind in ("added", "changed", "removed"):
            _print_some([f"{kind} {name}" for name in getattr(report, kind)])
    if report.read:
        _print_read(report)
        print_line(f"library in {folder}, {report.seconds:.1f} s")
    by_reason: dict[str, list[str]] = {}
    for row in report.skipped:
        by_reason.setdefault(row.reason, []).append(row.path)
    _print_some([f"skipped {_named(names)}: {why}" for why, names in by_reason.items()])


def _print_read(report: Report) -> None:
    """What was read now: pages, characters, and what a person should know of single files."""
    from rag.report import PAGE_KINDS

    if report.pages:
        kinds = ", ".join(
            f"{report.page_kinds[kind]:,} {kind}"
            for kind in PAGE_KINDS
            if kind in report.page_kinds
        )
        rate = report.pages / max(report.seconds, 1e-3)
        noun = "page" if report.pages == 1 else "pages"
        print_line(f"{report.pages:,} {noun} ({kinds}), {rate:.0f} a second")
    print_line(
        f"{report.chunks:,} chunks, coverage {report.coverage:.2%}"
        f" of {report.characters:,} characters"
    )
    asides = ", ".join(f"{count:,} {note}" for note, count in sorted(report.asides.items()))
    if asides:
        print_line(f"characters set aside: {asides}")
    encodings = Counter(row.encoding for row in report.read if row.encoding not in (None, "utf-8"))
    if encodings:
        told = ", ".join(f"{count:,} {name}" for name, count in sorted(encodings.items()))
        print_line(f"encodings other than utf-8: {told}")
    _print_some([f"{row.path}: {'; '.join(row.notes)}" for row in report.read if row.notes])


def _named(names: Sequence[str]) -> str:
    """Names of files, the first few of many."""
    if len(names) <= _NAMES_SHOWN:
        return ", ".join(names)
    return f"{', '.join(names[:_NAMES_SHOWN])} and {len(names) - _NAMES_SHOWN:,} more"


def _print_some(lines: Sequence[str]) -> None:
    """Lines set in, the first of many."""
    for line in lines[:_ROWS_SHOWN]:
        print_line(f"  {line}")
    if len(lines) > _ROWS_SHOWN:
        print_line(f"  … and {len(lines) - _ROWS_SHOWN:,} more; all of them with --json")


def show_documents(rows: Sequence[DocumentRow]) -> None:
    """A table of documents."""
    table = _table("Document", "Title", "Kind", "Date", "Pages", "Chunks")
    for row in rows:
        pages = str(row.pages or "")
        cells = (row.name, row.title, row.kind, row.date or "", pages, str(row.chunks))
        table.add_row(*map(shown, cells))
    _print_table(table)


def print_rows(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table."""
    table = _table(*columns)
    for row in rows:
        table.add_row(*map(shown, row))
    _print_table(table)


def show_checks(checks: Iterable[Check]) -> bool:
    """Checks as they are done; whether all were good."""
    good = True
    for check in checks:
        good &= check.ok
        print_line(f"{'ok  ' if check.ok else 'FAIL'} {check.name}: {check.detail}")
        if not check.ok and check.remedy:
            print_line(f"     mend it: {check.remedy}")
    return good


def _table(*columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(*columns, box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for column in table.columns:
        column.overflow = "fold"  # nothing is cut off
    return table


def _print_table(table: Table) -> None:
    """Rich lays the table out; it is not let near the stream, since it exits on a broken pipe."""
    shown = console()
    with shown.capture() as captured:
        shown.print(table)
    sys.stdout.write(captured.get())


def print_json(value: dict[str, Any], indent: int | None = 2) -> None:
    """A JSON object, on one line where `indent` is None."""
    sys.stdout.write(escaped(json.dumps(value, ensure_ascii=False, indent=indent)) + "\n")


def print_line(text: str) -> None:
    """A line of data, with nothing in it that a terminal would act on."""
    sys.stdout.write(shown(text) + "\n")


def one_line(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())
