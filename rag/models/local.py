"""A model folder into a loaded model, its tokenizer and its limits. Nothing is downloaded."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import ModelError, RagError, UsageError
from rag.models.encoding import Encoder
from rag.models.room import check_room

#: Where neither the configuration nor the tokenizer tells how much a model reads.
DEFAULT_WINDOW = 2048
#: A tokenizer without a limit writes about 1e30; no model reads this much.
_NO_LIMIT = 100_000_000
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
    reference: str, *, window: int | None, max_tokens: int, device: str | None
) -> Loaded:
    """Load a model folder, or a model id that already lies in the local Hugging Face cache.

    Code that a model brings along is never run (`trust_remote_code` stays False), and weights in
    the pickle format are read by torch's weights-only unpickler.

    Raises:
        ModelError: The folder is missing or holds no model that can write, or no tokenizer.
        DoesNotFit: There is not enough memory for the weights.
        UsageError: `window` is longer than the model can read.
    """
    from rag.models.chat import mapped

    folder = find(reference)
    try:
        config = _config(folder, reference)
        encoder = Encoder(_tokenizer(folder, reference), Path(reference).name)
        limit = window_of(config, encoder.tokenizer)
        if window is not None and window > limit:
            raise UsageError(
                f"{reference} reads at most {limit} tokens, not {window}",
                f"Use --window {limit} or less",
            )
        model = _weights(folder, config, reference, device, window)
    except RagError:
        raise
    except Exception as error:
        raise mapped(error, reference) from error
    window = window or limit
    if config.is_encoder_decoder:  # the answer is written into a window of its own
        return Loaded(encoder, model, window, 0, max_tokens)
    reserve = min(max_tokens, window // _RESERVE_SHARE)
    return Loaded(encoder, model, window, reserve, reserve)


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


def window_of(config: Any, tokenizer: Any) -> int:
    """Tokens the model reads in all: the smaller of what configuration and tokenizer say."""
    text = config.get_text_config() if hasattr(config, "get_text_config") else config
    named = (
        getattr(text, "max_position_embeddings", None),
        getattr(text, "n_positions", None),
        getattr(tokenizer, "model_max_length", None),
    )
    limits = [int(each) for each in named if each is not None and 0 < each < _NO_LIMIT]
    return min(limits, default=DEFAULT_WINDOW)


def _download_hint(reference: str) -> str:
    return (
        f"On a machine with network run `huggingface-cli download {reference} --local-dir DIR`, "
        "then use -m transformers:DIR"
    )


def _config(folder: str, reference: str) -> Any:
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError) as error:
        if folder != reference or Path(folder).is_dir():
            raise ModelError(
                f"The config.json of {reference} cannot be used: {_first_line(error)}",
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
            f"{reference} has no tokenizer that can be read: {_first_line(error)}",
            "Put tokenizer.json and tokenizer_config.json of the model into its folder",
        ) from error


def _weights(
    folder: str, config: Any, reference: str, device: str | None, window: int | None
) -> Any:
    """The model in evaluation mode on its device, its generation defaults made greedy."""
    from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM
    from transformers.utils import logging

    progress: Any = logging
    progress.disable_progress_bar()
    place, dtype = _placement(device)
    check_room(folder, [place], dtype=dtype, window=window)
    kind: Any = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
    try:
        model, info = kind.from_pretrained(
            folder,
            config=config,
            dtype=dtype,
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The weights of {reference} cannot be read: {_first_line(error)}",
            "Check that the folder holds model.safetensors (or pytorch_model.bin) in full",
        ) from error
    if info["missing_keys"]:
        raise ModelError(
            f"The weights of {reference} are incomplete: {len(info['missing_keys'])} tensors, "
            f"such as {min(info['missing_keys'])}, are missing",
            "Download the model again",
        )
    defaults = model.generation_config
    defaults.do_sample, defaults.temperature, defaults.top_p, defaults.top_k = False, 1.0, 1.0, 50
    defaults.max_length = None
    return model.to(place).eval()


def _placement(device: str | None) -> tuple[str, Any]:
    """Device and number format: half precision on accelerators, float32 on the CPU."""
    import torch

    if device is None:
        cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
        device = "cuda" if cuda else "mps" if mps else "cpu"
    if device.startswith("cuda"):
        return device, torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return device, torch.float16 if device.startswith("mps") else torch.float32


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0].rstrip(".") or type(error).__name__
