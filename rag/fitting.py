"""The command that tells whether a model fits the memory there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import click

from rag import errors, render, schema
from rag.allowed import CHOICES
from rag.options import JSON, RERANKER, SHARED, options
from rag.options import settings as settings_of

if TYPE_CHECKING:
    from rag.fit import Answer, Subject
    from rag.fit.weights import Quantize

_COLUMNS = (
    *("On", "Has, GB", "Weights", "Cache", "Working", "Overhead", "Embedder", "Reranker", "Free"),
)
_SOURCES = {
    "headers": "by the headers of its weights",
    "config": "by its config.json",
    "published": "by its published shape",
    "files": "by the size of its files",
    "parameters": "as told",
}


@click.command()
@click.argument("name", metavar="[MODEL]", required=False, default="")
@click.option(
    "--context",
    type=click.IntRange(min=1),
    metavar="N",
    help="Tokens of prompt and answer together.",
)
@click.option(
    "--quantize",
    type=click.Choice(["none", "int8", "4bit"]),
    default="none",
    show_default=True,
    help="Weights made smaller while loading.",
)
@click.option(
    "--gpu",
    "gpus",
    multiple=True,
    metavar="CARD",
    help='"A100 40GB", "2x RTX 3090", "24GB" or cpu; may be repeated. Default: what is here.',
)
@click.option(
    "--parameters", metavar="N", default="", help='Number of weights, such as "13B", if not told.'
)
@click.option("--dtype", type=click.Choice(CHOICES["dtype"]), help="Numbers it runs in.")
@JSON
@options(RERANKER, SHARED)
@click.pass_context
def fit(
    ctx: click.Context,
    /,
    name: str,
    context: int | None,
    quantize: str,
    gpus: tuple[str, ...],
    parameters: str,
    as_json: bool,
    **_: Any,
) -> None:
    """Tell whether a model fits, before it is loaded or even fetched.

    MODEL is a folder, a config.json, a GGUF file, the id of a model that is here, or a published
    shape such as yalm-100b; by default the model that is set. Exits with 6 where it does not fit,
    and tells the largest context, the number of cards or the quantisation that does.

    \b
    Example: rag fit rugpt-3.5-13b --quantize int8 --gpu "16GB"
    """
    from rag.fit import Question, ask

    asked = Question(name, context, cast("Quantize", quantize), gpus, parameters)
    subject, found = ask(asked, settings_of(ctx).settings)
    if as_json:
        render.print_json(schema.fit(subject, found))
    else:
        _show(subject, found)
    if not found.fits:
        raise click.exceptions.Exit(errors.EXIT_DOES_NOT_FIT)


def _show(subject: Subject, found: Answer) -> None:
    wanted = found.wanted
    weights = found.need.weights
    numbers = wanted.dtype if wanted.quantize == "none" else f"{wanted.quantize}, {wanted.dtype}"
    counted = f"{weights.parameters / 1e9:.2f} billion weights, "
    render.print_line(
        f"{subject.name}: {'' if subject.source == 'files' else counted}"
        f"{_SOURCES[subject.source]}; {weights.total / 1e9:.1f} GB as"
        f" {'it is published' if subject.quantized else numbers}"
    )
    render.print_rows(
        _COLUMNS,
        [
            (
                part.device,
                *(
                    f"{bytes_ / 1e9:.2f}"
                    for bytes_ in (
                        *(part.size, part.weights, part.cache, part.activations, part.overhead),
                        *(part.embedder, part.reranker, part.free),
                    )
                ),
            )
            for part in found.parts
        ],
    )
    for line in _told(subject, found):
        render.print_line(line)


def _told(subject: Subject, found: Answer) -> list[str]:
    """The answer in words."""
    lines = []
    context = found.wanted.context
    if found.fits:
        fewer = len(found.parts) < found.devices
        enough = f" on {len(found.parts)} of {found.devices} devices" if fewer else ""
        lines.append(f"Fits with {context} tokens{enough}.")
    else:
        short = sum(max(-part.free, 0) for part in found.parts)
        lines.append(
            f"Does not fit with {context} tokens: {short / 1e9:.2f} GB find no room, since layers"
            " stay whole."
            if len(found.parts) > 1
            else f"Does not fit with {context} tokens: {short / 1e9:.2f} GB too much."
        )
    if subject.config is None:
        lines.append("Keys, values and work are not counted: that takes a config.json.")
    elif found.largest:
        lines.append(
            f"The largest context that fits: {found.largest} of the {subject.config.limit} tokens"
            " that it reads."
        )
    if (cards := found.cards) is not None and (not found.fits or cards.all > 1):
        alone = f" ({cards.weights} for the weights alone)" if cards.weights != cards.all else ""
        lines.append(f"It takes {cards.all} x {cards.name}{alone}.")
    if found.quantize is not None:
        lines.append(f"It fits with --quantize {found.quantize}.")
    return lines


COMMANDS = (fit,)
