"""Commands that check: a text against the documents, a saved answer against the files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag import errors, render, schema, terminal, verdicts
from rag.options import ENTAILMENT, JSON, PASSWORD, RERANKER, SCOPE, SHARED, command, options
from rag.words import language_of

if TYPE_CHECKING:
    from rag.app import App
    from rag.types import Scope

_STANDARD_INPUT = Path("-")
_WRONG = ("unsupported", "contradicted")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--strict", is_flag=True, help="Exit 7 when a sentence is not supported.")
@JSON
@PASSWORD
@options(SCOPE, ENTAILMENT, RERANKER, SHARED)
@command
def verify(app: App, file: Path, strict: bool, as_json: bool, password: str, scope: Scope) -> None:
    """Check a text against the documents, sentence by sentence, without a model.

    FILE is a draft, or an answer of another program, in any format that can be read; "-" is
    standard input. ✓ is supported, ~ in part, ✗ not, ≠ means that the documents say otherwise.

    \b
    Example: rag verify draft.docx -d contract.pdf
    """
    source = sys.stdin.buffer.read() if file == _STANDARD_INPUT else file
    with terminal.piece_bar("checking") as on_checked:
        sentences = app.verify(source, scope=scope, password=password, on_checked=on_checked)
    if as_json:
        render.print_json(schema.verified(sentences))
    else:
        language = language_of(" ".join(sentence.text for sentence in sentences))
        verdicts.show_verified(sentences, language)
    if strict and any(sentence.verdict in _WRONG for sentence in sentences):
        raise click.exceptions.Exit(errors.EXIT_UNSUPPORTED)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@JSON
@PASSWORD
@options(SHARED)
@command
def prove(app: App, file: Path, as_json: bool, password: str) -> None:
    """Check the quotes of a saved answer against the files, which are read again.

    FILE is what rag ask, rag chat or rag verify printed with --json, as in
    `rag ask "…" --json > answer.json`, or a conversation that was saved as JSON on the page; "-"
    is standard input. Exit 0 when every quote stands in its file as it is now, 7 when one does
    not.

    \b
    Example: rag prove answer.json
    """
    text = _saved(file)
    proofs = app.prove(text, password)
    if as_json:
        render.print_json(schema.proofs(proofs))
    else:
        language = language_of(" ".join(proof.citation.quote for proof in proofs))
        verdicts.show_proofs(proofs, language)
    if not all(proof.stands for proof in proofs):
        raise click.exceptions.Exit(errors.EXIT_UNSUPPORTED)


def _saved(file: Path) -> str:
    """The text of a saved answer. Raises UsageError where there is none."""
    try:
        data = sys.stdin.buffer.read() if file == _STANDARD_INPUT else file.read_bytes()
        return data.decode("utf-8-sig")
    except FileNotFoundError:
        raise errors.UsageError(
            f"There is no file {file}", 'Name one, or "-" for standard input.'
        ) from None
    except (IsADirectoryError, UnicodeDecodeError):
        raise errors.UsageError(
            f"{file} is no saved answer", 'Save one: rag ask "…" --json > answer.json'
        ) from None


COMMANDS = (verify, prove)
