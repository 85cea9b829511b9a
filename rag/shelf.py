"""The commands about models: which are suggested, which are on this machine, fetching one."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag import errors, render, schema, terminal
from rag.options import JSON
from rag.options import settings as settings_of

if TYPE_CHECKING:
    from rag.hub import Held
    from rag.suggestions import Suggestion

_COLUMNS = (
    *("Model", "Million weights", "Memory, GB", "Dimensions", "Window", "Languages", "Licence"),
    *("ru", "en", "Here"),
)

_USES = {
    "embedder": "Embedders: rag ingest FOLDER --embedder NAME",
    "reranker": 'Rerankers: rag ask "…" --reranker NAME',
}


@click.group(cls=terminal.Group, invoke_without_command=True)
@JSON
@click.pass_context
def models(ctx: click.Context, /, as_json: bool) -> None:
    """Embedders and rerankers for Russian and English, and which are on this machine.

    Memory is that of the weights, as bfloat16 and as float32; a batch takes some more. "ru" and
    "en" are published nDCG@10 in percent; --json names the sources.

    \b
    Example: rag models
    """
    if ctx.invoked_subcommand is None:
        _list(ctx, as_json)


@models.command()
@click.argument("name")
@click.option(
    "--to",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Put it into a folder of its name below this one (default: the setting models_folder, or"
    " the cache of Hugging Face).",
)
@click.option("--offline", is_flag=True, default=None, help="Refuse: nothing is to be fetched.")
@JSON
@click.pass_context
def pull(ctx: click.Context, /, name: str, to: Path | None, as_json: bool, **_: Any) -> None:
    """Fetch a model, once; everything else works without a network.

    NAME is one of rag models, or PUBLISHER/NAME of any sentence-transformers model on the hub. A
    fetch that was interrupted goes on where it stopped. A machine without a network is served by
    the folder, carried over.

    \b
    Example: rag models pull multilingual-e5-small --to ~/models
    """
    from rag.hub import pull as fetch

    settings = settings_of(ctx).settings
    if settings.offline:
        raise errors.ModelError(
            f"{name} is not fetched: the setting offline is on",
            "Switch it off, or carry the folder of the model over and name it with --embedder.",
        )
    folder = to or (Path(settings.models_folder) if settings.models_folder else None)
    held = fetch(name, to=folder, endpoint=settings.hub)
    if as_json:
        render.print_json({"schema": schema.SCHEMA, **_place(held), "name": held.name})
    else:
        render.print_line(f"{held.name} is in {held.folder} ({held.bytes / 1e9:.2f} GB)")


def _list(ctx: click.Context, as_json: bool) -> None:
    from rag.hub import located, others
    from rag.suggestions import suggestions

    folder = settings_of(ctx).settings.models_folder
    told = suggestions()
    here = {model.id: located(model, folder) for model in told.models}
    more = others(folder)
    if as_json:
        render.print_json(
            {
                "schema": schema.SCHEMA,
                "day": told.day,
                "sources": told.sources,
                "models": [{**asdict(m), **_place(here[m.id])} for m in told.models],
                "others": [{"name": held.name, **_place(held)} for held in more],
            }
        )
        return
    for task, use in _USES.items():
        rows = [_row(m, here[m.id]) for m in told.models if m.task == task]
        render.print_line(use)
        render.print_rows(_COLUMNS, rows)
    for held in (*(held for held in here.values() if held), *more):
        render.print_line(f"Here: {held.name} in {held.folder} ({held.bytes / 1e9:.2f} GB)")
    render.print_line(f"Figures of {told.day}. Fetch one: rag models pull NAME")


def _row(model: Suggestion, held: Held | None) -> tuple[str, ...]:
    memory = " – ".join(f"{model.memory(size) / 1e9:.1f}" for size in (2, 4))
    scores = ("" if score is None else f"{score:.1f}" for score in (model.ru, model.en))
    return (
        *(model.id, str(model.parameters), memory, str(model.dimension or ""), str(model.window)),
        *(model.languages, model.licence, *scores, "yes" if held else ""),
    )


def _place(held: Held | None) -> dict[str, Any]:
    return {
        "folder": str(held.folder) if held else None,
        "bytes": held.bytes if held else None,
    }


COMMANDS = (models,)
