"""The options that commands share, and the way from options to an `App` and a `Scope`."""

from __future__ import annotations

import shlex
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from rag import config
from rag.allowed import CHOICES
from rag.app import App
from rag.errors import RagError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from click.shell_completion import CompletionItem

    from rag.types import Scope

    Command = TypeVar("Command", bound="Callable[..., Any]")
    Form = TypeVar("Form", bound=str)


def complete_document(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Names of documents that begin like this."""
    from click.shell_completion import CompletionItem

    try:
        names = [row.name for row in _app(ctx).documents()]
    except RagError:
        return []
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def form_for(path: Path, form: Form | None, forms: Sequence[Form], otherwise: str = "") -> Form:
    """The form that is asked for, else the one of `forms` that the name of the file tells.

    Raises UsageError where it tells none of them, and where there is no such folder.
    """
    from rag.exports import form_of

    if path.is_dir():
        raise UsageError(f"{path} is a folder", f"Name a file: -o {path / 'promises.csv'}")
    if not path.parent.is_dir():
        raise UsageError(
            f"There is no folder {path.parent}",
            f"Make it: mkdir -p {shlex.quote(str(path.parent))}",
        )
    told = form_of(path.name)
    known = form or next((each for each in forms if each == told), None)
    if known is None:
        raise UsageError(
            f"The name {path.name} does not tell the form",
            f"Name it: --format {'|'.join(forms)}{otherwise}",
        )
    return known


def complete_collection(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Names of collections that begin like this."""
    from click.shell_completion import CompletionItem

    from rag.store.place import collections

    names = collections(config.library_home(config.load({}).settings))
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


HOME = click.option(
    "--home", metavar="DIR", help="Folder of the library (default: .rag here or above)."
)


def _shared(*collection: str) -> tuple[Callable[[Command], Command], ...]:
    """The options of every command, the collection by these names."""
    return (
        HOME,
        click.option(
            *collection,
            metavar="NAME",
            shell_complete=complete_collection,
            help="Collection inside the library.",
        ),
        click.option(
            "--embedder",
            metavar="NAME",
            help='"hashed", a folder of a model, or a name of rag models.',
        ),
    )


SHARED = _shared("-c", "--collection")
#: Of a command whose -c means something else.
SHARED_LONG = _shared("--collection")
#: Whether questions and answers are kept.
HISTORY = click.option(
    "--history/--no-history",
    default=None,
    help="Keep the question and its answer for rag logs, or do not (setting: history).",
)
DTYPE = click.option(
    "--dtype",
    type=click.Choice(CHOICES["dtype"]),
    metavar="NAME",
    help="Numbers of models: auto, float32, bfloat16 or float16.",
)
DEVICE = click.option("--device", metavar="NAME", help="auto, cpu, cuda, cuda:1, all or mps.")
#: How an embedder and a reranker are run; the rest of their settings stand in rag.toml.
ENCODER = (
    click.option(
        "--dimension", type=int, metavar="N", help="Keep the first N floats of a vector; 0 is all."
    ),
    DTYPE,
    DEVICE,
    click.option(
        "--backend", type=click.Choice(CHOICES["backend"]), help="What runs the embedder."
    ),
)
#: Part of every command that searches.
RERANKER = (
    click.option(
        "--reranker", metavar="NAME", help="A cross-encoder that orders the best passages anew."
    ),
)
#: Part of every command that checks sentences.
ENTAILMENT = (
    click.option(
        "--nli", metavar="NAME", help="A cross-encoder that judges whether a sentence follows."
    ),
)
MODEL = (
    click.option(
        "-m", "--model", metavar="SPEC", help="transformers:FOLDER, openai:NAME or PROVIDER:NAME."
    ),
    click.option("--base-url", metavar="URL", help="Address of an OpenAI-compatible server."),
    click.option(
        "--tokenizer", metavar="DIR", help="Counts tokens where the server does not count them."
    ),
    click.option("--window", type=int, metavar="N", help="Tokens of the model's window to use."),
    click.option("--max-tokens", type=int, metavar="N", help="Longest answer of the model."),
    click.option("--temperature", type=float, metavar="T", help="0 for the same answer each time."),
    click.option("--top-p", type=float, metavar="P", help="Draw from the likeliest words alone."),
    click.option(
        "--repetition-penalty", type=float, metavar="X", help="Above 1 the model repeats less."
    ),
    click.option("--seed", type=int, metavar="N", help="Of drawing at a temperature above 0."),
    click.option("--stop", metavar="A|B", help="Strings that end an answer."),
    click.option(
        "--quantize",
        type=click.Choice(CHOICES["quantize"]),
        metavar="BITS",
        help="Make the weights of transformers:FOLDER smaller: none, int8 or 4bit.",
    ),
    DTYPE,
    DEVICE,
    click.option("--offline", is_flag=True, default=None, help="Refuse models on other machines."),
)
#: Becomes the argument `password` of a command.
PASSWORD = click.option(
    "--password",
    metavar="WORD",
    default="",
    callback=lambda _ctx, _param, value: _secret(value),
    help='Opens encrypted files; "-" asks for it.',
)
#: How files are read.
READING = (
    PASSWORD,
    click.option(
        "--ocr",
        type=click.Choice(CHOICES["ocr"]),
        help="Recognise pages without a sound text layer, all, or none.",
    ),
    click.option("--languages", metavar="L+L", help="Of recognition, e.g. rus+eng."),
    click.option(
        "--keep-hidden", is_flag=True, default=None, help="Index text that nobody can see, too."
    ),
    click.option("--workers", type=int, metavar="N", help="Processes that read files."),
)
#: What reads files, on this machine or on many.
ENGINE = (
    click.option(
        "--engine",
        metavar="NAME",
        help="Reads the files: local, ray, ray:auto or ray:HOST:PORT; see docs/ray.md.",
    ),
)
#: Where a library is that another machine has made; it is noted at the first use.
JOINING = (
    click.option(
        "--catalogue",
        metavar="PLACE",
        help="Catalogue of a new library: embedded or postgresql://USER@HOST/DATABASE.",
    ),
)
#: Where the parts of a new library are to be.
PLACE = (
    click.option(
        "--store",
        metavar="PLACE",
        help="Words and vectors of a new library: embedded (in its folder) or milvus:URI.",
    ),
    *JOINING,
)
#: What to draw of a page; becomes the arguments `span`, `quote`, `output` and `password`.
DRAWING = (
    click.option(
        "--highlight",
        "span",
        metavar="START:END",
        callback=lambda _ctx, _param, value: _span(value),
        help="Mark these characters of the text, as citations of --json name them.",
    ),
    click.option("--quote", default="", metavar="TEXT", help="Mark these words."),
    click.option(
        "-o",
        "--output",
        metavar="FILE",
        help='Draw the page into this PNG file; "-" is standard output.',
    ),
    PASSWORD,
)
#: Becomes the argument `scope` of a command.
SCOPE = (
    click.option(
        "-d",
        "--document",
        "documents",
        multiple=True,
        metavar="NAME",
        shell_complete=complete_document,
        help="Only this document, folder or pattern; may be repeated.",
    ),
    click.option("--since", metavar="DAY", help="Only documents dated from this day on (ISO)."),
    click.option("--until", metavar="DAY", help="Only documents dated up to this day (ISO)."),
)
#: To serve https; become the arguments `tls_cert` and `tls_key`.
TLS = (
    click.option("--tls-cert", metavar="FILE", help="Certificate (PEM), to serve https."),
    click.option("--tls-key", metavar="FILE", help="Its private key (PEM)."),
)
MODE = click.option(
    "--mode",
    type=click.Choice(["hybrid", "words", "vectors"]),
    default="hybrid",
    show_default=True,
    help="What to search by.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON; see docs/json.md.")


def _span(value: str | None) -> tuple[int, int] | None:
    """Two offsets, «120:180», as numbers."""
    if value is None:
        return None
    start, _, end = value.partition(":")
    if not (start.isdecimal() and end.isdecimal()):
        raise click.BadParameter(f"{value!r} is not START:END, such as 120:180")
    return int(start), int(end)


def _secret(value: str) -> str:
    """A password as given, or typed unseen where "-" is."""
    return click.prompt("Password", hide_input=True, err=True) if value == "-" else value


def options(*groups: tuple[Callable[[Command], Command], ...]) -> Callable[[Command], Command]:
    """Add groups of options to a command, in this order; one that is in two of them once."""

    def add(command: Command) -> Command:
        for option in reversed(dict.fromkeys(option for group in groups for option in group)):
            command = option(command)
        return command

    return add


def settings(ctx: click.Context) -> config.Configured:
    """Settings from the flags of this command, over those before it, over the rest."""
    names = set(config.Settings.__dataclass_fields__)
    flags: dict[str, Any] = {}
    while ctx is not None:
        for name, value in ctx.params.items():
            if name in names and value is not None:
                flags.setdefault(name, value)
        ctx = cast("click.Context", ctx.parent)
    return config.load(flags)


def home(ctx: click.Context) -> Path:
    """The folder of the library that a command is about."""
    return config.library_home(settings(ctx).settings)


def tls_files(cert: str | None, key: str | None) -> tuple[Path, Path] | None:
    """A certificate and its key; None for neither. Raises UsageError where one of them lacks."""
    if cert is None and key is None:
        return None
    if cert is None or key is None:
        raise UsageError("https takes both a certificate and its key", "--tls-cert and --tls-key")
    return Path(cert).expanduser(), Path(key).expanduser()


def command(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command its `App` first, and its `Scope` where it has the options of one.

    Options that are settings are taken away from it.
    """

    @wraps(function)
    def run(**given: Any) -> Any:
        app = _app(click.get_current_context())
        rest = {k: v for k, v in given.items() if k not in config.Settings.__dataclass_fields__}
        if "documents" in rest:
            names = ("documents", "since", "until")
            rest["scope"] = _scope(*(rest.pop(name) for name in names))
        return function(app, **rest)

    return run


def _app(ctx: click.Context) -> App:
    return App(settings(ctx).settings)


def _scope(documents: tuple[str, ...], since: str | None, until: str | None) -> Scope:
    from rag.types import Scope

    for day in (since, until):
        try:
            date.fromisoformat(day or "2000-01-01")
        except ValueError:
            raise UsageError(f"{day} is no day", "Write it as 2025-11-12.") from None
    return Scope(documents, since, until)
