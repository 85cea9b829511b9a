"""Results of jobs for a person: texts with what the document says to them, labels, tables."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.jobs.result import Result
    from rag.jobs.template import Template

_WORDS = {
    "ru": {
        "source": "Где",
        "own": "Слова модели, которых в документе нет:",
        "struck": "Вычеркнуто, потому что документ говорит иное:",
        "nothing": "Документ не подтвердил ничего из того, что написала модель.",
        "none": "В документе таких записей не нашлось.",
        "flags": "Проверьте:",
        "agreement": "согласие: {:.0%}",
    },
    "en": {
        "source": "Where",
        "own": "The model's own words, which the document does not say:",
        "struck": "Struck, because the document says otherwise:",
        "nothing": "The document supports nothing of what the model wrote.",
        "none": "There are no such records in the document.",
        "flags": "Look at:",
        "agreement": "agreement: {:.0%}",
    },
}


def write(output: str | None, text: str, *, csv: bool) -> None:
    """Data to standard output, or into a file; CSV there with the mark that spreadsheets need."""
    if output is None:
        sys.stdout.write(text)
        return
    encoding = "utf-8-sig" if csv else "utf-8"
    Path(output).write_text(text, encoding=encoding, errors="replace", newline="")
    click.echo(f"written: {output}", err=True)


def show(
    template: Template, results: Sequence[Result], form: str, table: str, output: str | None
) -> None:
    """Results for a person, and what they should look at."""
    if template.rows:
        _show_rows(results, form, table, output)
    elif form == "json":
        values = [result.value for result in results]
        value = values[0] if len(values) == 1 else values
        write(output, json.dumps(value, ensure_ascii=False, indent=2) + "\n", csv=False)
    elif output is not None:
        write(output, "\n\n".join(result.text for result in results) + "\n", csv=False)
    else:
        for result in results:
            if len(results) > 1:
                render.print_line(f"{result.document}:")
            _show_one(template, result)
    for result in results:
        _tell_flags(result)


def _show_rows(results: Sequence[Result], form: str, table: str, output: str | None) -> None:
    """The rows of all documents as one table."""
    from rag.jobs import tables

    fields = results[0].fields
    records = [record for result in results for record in result.records]
    if form == "csv":
        write(output, tables.as_csv(fields, records), csv=True)
    elif form == "json":
        write(output, tables.as_json(records), csv=False)
    elif form == "sql":
        write(output, tables.as_sql(table, fields, records), csv=False)
        if any("\\" in str(value) for record in records for value in record.values.values()):
            click.echo(
                "Some values hold a backslash. Standard SQL takes it as it is; MySQL only after"
                " SET sql_mode = 'NO_BACKSLASH_ESCAPES';",
                err=True,
            )
    elif records:
        rows = [
            (*(_cell(record.values[field.name]) for field in fields), tables.where(record.place))
            for record in records
        ]
        render.print_rows((*(field.name for field in fields), _words(results[0])["source"]), rows)
    else:
        render.print_line(_words(results[0])["none"])


def _cell(value: Any) -> str:
    return "—" if value is None else str(value)


def _show_one(template: Template, result: Result) -> None:
    """A text, a label or a program, with what the document says to it."""
    from rag.types import Answer

    words = _words(result)
    if result.output == "code":
        render.print_line(result.text)
    elif result.output == "json":
        _show_value(result)
    elif template.check == "strike":
        if result.empty:
            render.print_line(words["nothing"])
        answer = Answer(result.text, result.sentences, result.struck, by="model")
        render.show_answer(result.text or _struck(result), answer)
    else:
        render.print_line(result.text or words["nothing"])
        own = [each for each in result.sentences if each.verdict == "unsupported"]
        _list(words["own"], [f"· {each.text}" for each in own])
        _list(words["struck"], [f"✗ {each.text}  ({each.reason})" for each in result.struck])


def _show_value(result: Result) -> None:
    """An answer of JSON: a record by its fields, anything else as JSON."""
    if not result.fields:
        render.print_line(result.text)
        return
    for field in result.fields:
        render.print_line(f"{field.name}: {_cell(result.value[field.name])}")
    for record in result.records:
        if record.place is not None:
            from rag.jobs.tables import where

            render.print_line(f"[{where(record.place)}]")
    if result.agreement is not None:
        render.print_line(_words(result)["agreement"].format(result.agreement))


def _list(title: str, lines: Sequence[str]) -> None:
    if lines:
        render.print_line(f"\n{title}")
        for line in lines:
            render.print_line(f"  {line}")


def _tell_flags(result: Result) -> None:
    """Values that were given up or may belong elsewhere, for a person to look at."""
    if not result.flags:
        return
    click.echo(_words(result)["flags"], err=True)
    for flag in result.flags:
        place = f"{result.document}:{flag.line}" if flag.line else result.document
        value = json.dumps(flag.value, ensure_ascii=False)
        click.echo(f"  {place} {flag.field} {value}: {flag.reason} ({flag.fate})", err=True)


def _struck(result: Result) -> str:
    return " ".join(sentence.text for sentence in result.struck)


def _words(result: Result) -> dict[str, str]:
    """Words in the language the job was done in."""
    return _WORDS[result.language]
