"""The command that writes the minutes of meetings, for a person or for another program."""

from __future__ import annotations

import os
import sys
from datetime import date
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag import errors, minutesheet, terminal
from rag.exports import FORMS, export
from rag.naming import is_name
from rag.options import JSON, MODEL, SHARED, command, complete_document, form_for, options
from rag.shown import shown
from rag.words import language_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.app import App
    from rag.exports import Form
    from rag.named import Unread
    from rag.record import Record
    from rag.scribe import Reading
    from rag.words import Language

_YEARS = range(1900, 2200)  # of meetings that somebody may have taken part in
_NAMED = 5  # files named in one line
_SAMPLE = 20_000

_NOTES = {
    "ru": {
        "undated": "день встречи неизвестен: сроки остались словами; назовите день: --date",
        "dayless": "день встречи неизвестен; назовите его: --date",
        "nobody": "в записи не сказано, кто говорит: у сказанного «я сделаю» нет исполнителя",
        "struck": "предложений модели вычеркнуто, потому что встреча их не подтверждает: {}",
        "gap": "строки {}–{} модель не прочла: {}",
        "doubt": "строка {}: {} — {}; по словам модели — {}; проверьте",
        "suggested": "модель видит и обещание, которого нет в протоколе, строка {}: {}",
        "nothing": "не сказано",
        "corrected": "исправлений человека в протоколе: {}",
        "lost": "исправлений, которым больше нет места в тексте: {}; они не забыты, см. страницу",
    },
    "en": {
        "undated": "the day of the meeting is unknown: deadlines stay words; name it: --date",
        "dayless": "the day of the meeting is unknown; name it: --date",
        "nobody": 'nobody is named as speaking: what "I will do" has no owner',
        "struck": "sentences of the model that the meeting does not support were struck: {}",
        "gap": "the model did not read the lines {}–{}: {}",
        "doubt": "line {}: {} is {}; the model says {}; check it",
        "suggested": "the model sees a promise that is not in the minutes, line {}: {}",
        "nothing": "not said",
        "corrected": "corrections of a person in these minutes: {}",
        "lost": "corrections that find no place in the text any more: {}; kept, see the page",
    },
}
#: What of a promise a model may read otherwise.
_FIELDS: dict[Language, dict[str, str]] = {
    "ru": {"who": "кто", "to_whom": "кому", "when": "срок", "status": "состояние"},
    "en": {"who": "who", "to_whom": "to whom", "when": "when", "status": "state"},
}


def _day(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """A day as ISO. Raises UsageError for what is none."""
    if value is None:
        return None
    try:
        day = date.fromisoformat(value.strip())
    except ValueError:
        day = date.min
    if day.year not in _YEARS:
        raise errors.UsageError(f"{value} is no day of a meeting", "Write it as 2025-11-12.")
    return day.isoformat()


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, shell_complete=complete_document)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    help="md, json, csv, ics (deadlines for a calendar) or docx (default: by the name of -o).",
)
@click.option(
    "-o", "--output", metavar="PATH", help="Write into this file, or a file each into this folder."
)
@click.option(
    "--date",
    "day",
    metavar="DAY",
    callback=_day,
    help="The day of the meeting (ISO), where the file tells none or a wrong one.",
)
@click.option("--fresh", is_flag=True, help="Ask the model anew what it has replied to before.")
@JSON
@options(MODEL, SHARED)
@command
def minutes(
    app: App,
    files: tuple[str, ...],
    form: Form | None,
    output: str | None,
    day: str | None,
    fresh: bool,
    as_json: bool,
) -> None:
    """Write the minutes of meetings: who promised what to whom by when, each with its line.

    FILE is a transcript, captions, a chat, a protocol: a file, a folder or a pattern, in a library
    or beside it; none is needed and nothing is kept. Without --format a terminal shows them, and a
    pipe gets Markdown.

    \b
    Example: rag minutes call.vtt --date 2025-11-12 -o call.docx
    """
    if not files:
        raise errors.UsageError("Name the meetings", "Try: rag minutes call.vtt")
    if as_json and form not in (None, "json"):
        raise errors.UsageError(f"--json and --format {form} are two forms", "Give one of them")
    from rag.record import Record

    wanted = _form("json" if as_json else form, output)
    records: list[Record] = []
    unread: list[Unread] = []
    with terminal.rounds() as on_progress:
        for each in app.minutes(files, day=day, fresh=fresh, on_progress=on_progress):
            if isinstance(each, Record):
                records.append(each)
            else:
                unread.append(each)
    if not records:
        raise _nothing(unread)
    for record in records:
        _tell_notes(record)
    sources = [*map(Path, files), *(record.file for record in records)]
    many = len(unread) > 0 or not _is_alone(files, records)
    _write(records, wanted, output, sources, many=many)
    _tell_unread(unread, files)


def _form(form: Form | None, output: str | None) -> Form | None:
    """The form that is asked for, else that of the file's name, else Markdown but on a terminal.

    None is for a person at a terminal. Raises UsageError for what cannot be written there.
    """
    if output is None or output == terminal.STANDARD_OUTPUT:
        shown = sys.stdout.isatty()
        if form == "docx" and shown:
            raise errors.UsageError(
                "A docx has no place on a terminal", "Name a file: -o call.docx"
            )
        return form or (None if shown else "md")
    if _is_folder(output):
        return form or "md"
    return form_for(Path(output), form, FORMS, f", or a folder: -o {output}/")


def _is_folder(output: str) -> bool:
    return output.endswith(("/", os.sep)) or Path(output).is_dir()


def _is_alone(files: Sequence[str], records: Sequence[Record]) -> bool:
    """Whether one document was named, and not a folder or a pattern that holds one."""
    if len(files) > 1 or len(records) > 1:
        return False
    return is_name(records[0].name, files[0]) or is_name(files[0], records[0].name)


# -- what is written


def _write(
    records: Sequence[Record],
    form: Form | None,
    output: str | None,
    sources: Sequence[Path],
    *,
    many: bool,
) -> None:
    """Show the records, or write them, over an earlier export but never over a source."""
    if form is None:
        minutesheet.show(records)
    elif output is None or output == terminal.STANDARD_OUTPUT:
        terminal.write_bytes(export(records, form, many=many))
    elif _is_folder(output):
        folder = Path(output)
        folder.mkdir(parents=True, exist_ok=True)
        for path, record in _files_in(folder, records, form):
            terminal.write_over(path, export([record], form, many=False), sources)
    else:
        terminal.write_over(Path(output), export(records, form, many=many), sources)


def _files_in(folder: Path, records: Sequence[Record], form: Form) -> Iterator[tuple[Path, Record]]:
    """A file for each record, named after its own; numbered where two have one name."""
    taken: set[str] = set()
    for record in records:
        stem = Path(record.name).stem
        names = (f"{stem}{f'-{number}' if number > 1 else ''}" for number in count(1))
        name = next(name for name in names if name.casefold() not in taken)
        taken.add(name.casefold())
        yield folder / f"{name}.minutes.{form}", record


# -- what is told


def _tell_notes(record: Record) -> None:
    """What a person should know of the minutes of a meeting."""
    minutes = record.minutes
    language = language_of(record.document.text[:_SAMPLE])
    told = _NOTES[language]
    notes = list(record.summary.notes)
    if minutes.date is None:
        dated = any(promise.when for promise in minutes.promises)
        notes.append(told["undated" if dated else "dayless"])
    turns = record.document.turns
    if turns and not any(turn.speaker for turn in turns):
        notes.append(told["nobody"])
    if record.summary.struck:
        notes.append(told["struck"].format(len(record.summary.struck)))
    if record.reading is not None:
        notes += _of_the_model(record.reading, language)
    if record.corrected is not None:
        counted = {"corrected": record.corrected.count, "lost": len(record.corrected.lost)}
        notes += [told[key].format(count) for key, count in counted.items() if count]
    for note in notes:
        click.echo(f"{shown(record.name)}: {note}", err=True)


def _of_the_model(reading: Reading, language: Language) -> Iterator[str]:
    """What a model reads otherwise than the rules, what it alone has seen, and what it missed."""
    told = _NOTES[language]
    for gap in reading.account.gaps:
        first, last = gap.lines or (0, 0)
        yield told["gap"].format(first, last, shown(gap.reason))
    for doubt in reading.doubts:
        line = reading.minutes.promises[doubt.promise].line
        values = (shown(said) if said else told["nothing"] for said in (doubt.rules, doubt.model))
        yield told["doubt"].format(line, _FIELDS[language][doubt.field], *values)
    for promise in reading.suggestions.promises:
        yield told["suggested"].format(promise.line, shown(" ".join(promise.quote.split())))
    yield from reading.account.notes


def _nothing(unread: Sequence[Unread]) -> errors.RagError:
    """Why there are no minutes at all."""
    if len(unread) == 1:
        return unread[0].error
    _tell_failed(unread)
    none = errors.NotAMeeting(
        f"None of the {len(unread)} files is a meeting: {_listed(unread)}",
        "See what is in them: rag summarize FILE",
    )
    broken = [each.error for each in unread if not isinstance(each.error, errors.NotAMeeting)]
    return broken[0] if len(broken) == len(unread) else none


def _tell_unread(unread: Sequence[Unread], files: Sequence[str]) -> None:
    """Tell of files that were left out; of those named one by one the exit code tells, too."""
    _tell_failed(unread)
    others = [each for each in unread if isinstance(each.error, errors.NotAMeeting)]
    if others:
        click.echo(f"rag: no meetings, left out: {_listed(others)}", err=True)
    for each in unread:
        if any(is_name(each.name, file) or is_name(file, each.name) for file in files):
            raise click.exceptions.Exit(each.error.exit_code)


def _tell_failed(unread: Sequence[Unread]) -> None:
    for each in unread:
        if not isinstance(each.error, errors.NotAMeeting):
            terminal.tell(each.error)


def _listed(unread: Sequence[Unread]) -> str:
    names = ", ".join(shown(each.name) for each in unread[:_NAMED])
    return names if len(unread) <= _NAMED else f"{names} and {len(unread) - _NAMED:,} more"


COMMANDS = (minutes,)
