"""What a person asks, with what is set, into what is reckoned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.embed import HASHED
from rag.embed.local import computes_bfloat16, find
from rag.errors import UsageError
from rag.fit.devices import named, present, processor
from rag.fit.encoders import PASSAGES, QUESTION, encoder_bytes
from rag.fit.estimate import CONTEXT, Wanted, answer
from rag.fit.subject import subject_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.config import Settings
    from rag.fit.devices import Device
    from rag.fit.estimate import Answer
    from rag.fit.subject import Subject
    from rag.fit.weights import Quantize

_IN_PROCESS = "transformers:"


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a model fits; what is left out is as it is set, or as it is here.

    `model` is as `subject_of` takes it, `gpus` are as `devices.named` takes them, `parameters` a
    number of weights such as "13B".
    """

    model: str = ""
    context: int | None = None
    quantize: Quantize = "none"
    gpus: tuple[str, ...] = ()
    parameters: str = ""


def ask(
    question: Question, settings: Settings, here: Sequence[Device] = ()
) -> tuple[Subject, Answer]:
    """The model that is meant, and whether it fits beside the embedder and reranker that are set.

    `here` are the devices of this machine, where they have been looked up already.

    Raises:
        UsageError: No model is named, or it reads less than that, or a card is not known.
        ModelError: The model, the embedder or the reranker is not here or cannot be used.
    """
    name = question.model
    if not name and not question.parameters and settings.model.startswith(_IN_PROCESS):
        name = settings.model
    subject = subject_of(name, question.parameters)
    devices = [device for gpu in question.gpus for device in named(gpu)]
    devices = devices or list(here) or devices_here()
    return subject, answer(subject, devices, _wanted(question, subject, devices, settings))


def devices_here() -> list[Device]:
    """The cards of this machine, or its memory where it has none."""
    return present() or [processor()]


def _wanted(
    question: Question, subject: Subject, devices: Sequence[Device], settings: Settings
) -> Wanted:
    if subject.quantized and question.quantize != "none":
        raise UsageError(
            f"The weights of {subject.name} are quantised already", "Leave --quantize away"
        )
    limit = subject.config.limit if subject.config else CONTEXT
    context = question.context or settings.window or min(CONTEXT, limit)
    if context > limit:
        raise UsageError(
            f"{subject.name} reads at most {limit} tokens, not {context}",
            f"Use --context {limit} or less",
        )
    dtype = _dtype(settings.dtype, devices[0].kind)
    return Wanted(
        dtype,
        context,
        question.quantize,
        embedder=_encoder(settings.embedder, settings, dtype, QUESTION, "--embedder"),
        reranker=_encoder(settings.reranker, settings, dtype, PASSAGES, "--reranker"),
    )


def _dtype(wanted: str, kind: str) -> str:
    """The numbers that models are run in: 16 bits where the device computes in them."""
    if wanted != "auto":
        return wanted
    return "bfloat16" if kind == "cuda" or computes_bfloat16() else "float32"


def _encoder(name: str, settings: Settings, dtype: str, tokens: int, option: str) -> int:
    """Bytes of an embedder or a reranker that is set; 0 where none is that has weights."""
    if not name or name == HASHED:
        return 0
    return encoder_bytes(find(name, settings.models_folder, option), dtype, tokens)
