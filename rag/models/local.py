"""A model folder into a loaded model, its tokenizer and its limits. Nothing is downloaded."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import ModelError, RagError, UsageError
from rag.models.encoding import Encoder
from rag.models.failures import first_line, mapped
from rag.models.room import check_room
from rag.models.weights import load_weights, plan_of
from rag.models.window import ceiling_of, window_of

if TYPE_CHECKING:
    from rag.models.options import LocalOptions

#: At most this share of a small window is kept for the answer.
_RESERVE_SHARE = 4
#: These only read; they are embedders, often named by mistake.
_ENCODERS = frozenset(
    "albert bert camembert deberta deberta-v2 distilbert electra modernbert mpnet nomic_bert "
    "roberta xlm-roberta".split()
)


@dataclass(frozen=True)
class Loaded:
    """What `load_local` found: the model on its device, its encoder, sizes in tokens."""

    encoder: Encoder
    model: Any
    window: int
    reserve: int
    max_tokens: int


def load_local(
    reference: str, *, window: int | None, max_tokens: int, options: LocalOptions
) -> Loaded:
    """Load a model folder, or a model id that already lies in the local Hugging Face cache.

    Code that a model brings along is never run (`trust_remote_code` stays False), and weights in
    the pickle format are read by torch's weights-only unpickler.

    Raises:
        ModelError: The folder is missing or holds no model that can write, or no tokenizer.
        DoesNotFit: There is not enough memory for the weights.
        UsageError: `window` is longer than the model can read.
    """
    folder = find(reference)
    try:
        config = _config(folder, reference)
        encoder = Encoder(_tokenizer(folder, reference), Path(reference).name)
        asked, window = window, _window(config, encoder.tokenizer, reference, window)
        plan = plan_of(folder, config, reference, options)
        check_room(folder, plan.devices, dtype=plan.dtype, quantize=plan.quantize, window=asked)
        model = load_weights(folder, config, reference, plan)
    except RagError:
        raise
    except Exception as error:
        raise mapped(error, reference) from error
    model.generation_config = _defaults(model.generation_config, encoder)
    return Loaded(encoder, model, window, *answer_room(config, window, max_tokens))


def answer_room(config: Any, window: int, max_tokens: int) -> tuple[int, int]:
    """Tokens of the window that are kept for an answer, and the most that it may have."""
    if config.is_encoder_decoder:  # the answer is written into a window of its own
        return 0, min(max_tokens, ceiling_of(config) or max_tokens)
    reserve = min(max_tokens, window // _RESERVE_SHARE)
    return reserve, reserve


def find(reference: str) -> str:
    """The folder of a reference, or the reference itself where it is a model id.

    Raises:
        ModelError: It is a path, and there is no model folder.
    """
    path = Path(reference).expanduser()
    if path.is_dir():
        if not (path / "config.json").is_file():
            raise ModelError(
                f"{path} is not a model folder: it has no config.json",
                "Name the folder that holds config.json, the weights and the tokenizer",
            )
        return str(path)
    a_path = path.is_absolute() or reference.startswith((".", "~")) or os.sep != "/"
    if path.exists() or a_path or reference.count("/") != 1:
        raise ModelError(f"There is no model folder {path}", _download_hint("ID"))
    return reference


def _window(config: Any, tokenizer: Any, reference: str, asked: int | None) -> int:
    """The window to use. Raises UsageError where more is asked than the model can read."""
    most = ceiling_of(config)
    if asked is None:
        return window_of(config, tokenizer)
    if most is not None and asked > most:
        raise UsageError(
            f"{reference} reads at most {most} tokens, not {asked}", f"Use --window {most} or less"
        )
    return asked


def _download_hint(reference: str) -> str:
    return (
        f"On a machine with network run `hf download {reference} --local-dir DIR`, "
        "then use -m transformers:DIR"
    )


def _config(folder: str, reference: str) -> Any:
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError) as error:
        if folder != reference or Path(folder).is_dir():
            raise ModelError(
                f"The config.json of {reference} cannot be used: {first_line(error)}",
                "Check the download, or use a model that transformers knows without extra code",
            ) from error
        raise ModelError(
            f"{reference} is not on this machine", _download_hint(reference)
        ) from error
    if config.model_type in _ENCODERS and not getattr(config, "is_decoder", False):
        raise ModelError(
            f"{reference} is an encoder ({config.model_type}): it embeds text and cannot write it",
            "Name a generative model with -m",
        )
    return config


def _tokenizer(folder: str, reference: str) -> Any:
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:
        raise ModelError(
            f"{reference} has no tokenizer that can be read: {first_line(error)}",
            "Put tokenizer.json and tokenizer_config.json of the model into its folder",
        ) from error


def _defaults(told: Any, encoder: Encoder) -> Any:
    """What a checkpoint says of the tokens that begin and end a text, and nothing else of it.

    How an answer is drawn is the asker's affair. A penalty on repetition, which some checkpoints
    bring along, would keep a model from copying numbers and names out of the passages.
    """
    from transformers import GenerationConfig

    make: Any = GenerationConfig  # it says nothing of its types
    ends = told.eos_token_id
    ends = [] if ends is None else [ends] if isinstance(ends, int) else list(ends)
    return make(
        bos_token_id=told.bos_token_id,
        eos_token_id=sorted({*ends, *encoder.ends()}) or None,
        pad_token_id=told.pad_token_id,
        decoder_start_token_id=told.decoder_start_token_id,
        forced_bos_token_id=told.forced_bos_token_id,
    )
