"""What a model's files tell without being loaded: the headers of safetensors, and file sizes.

A safetensors file begins with the length of a JSON header, which names every tensor with its type
and shape (github.com/huggingface/safetensors, "Format"). So a checkpoint of 200 GB is known exactly
after a few kilobytes. Pickled weights (.bin) tell their size alone.
"""

from __future__ import annotations

import json
import re
import struct
from typing import TYPE_CHECKING, Any

from rag.errors import ModelError
from rag.fit.tensors import Tensor

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rag.fit.config import Config

#: Bytes of a number, by the names of safetensors.
SIZES: dict[str, float] = {
    "F64": 8,
    "I64": 8,
    "U64": 8,
    "F32": 4,
    "I32": 4,
    "U32": 4,
    "F16": 2,
    "BF16": 2,
    "I16": 2,
    "U16": 2,
    "I8": 1,
    "U8": 1,
    "BOOL": 1,
    "F8_E4M3": 1,
    "F8_E5M2": 1,
    "F8_E8M0": 1,
    "F4": 0.5,
    "F6_E2M3": 0.75,
    "F6_E3M2": 0.75,
}
#: A longer header is none.
_HEADER_LIMIT = 100_000_000
_INDEXES = {
    ".safetensors": "model.safetensors.index.json",
    ".bin": "pytorch_model.bin.index.json",
}
#: Where all weights are in one file; others beside it are the same in another format.
_WHOLE = {".safetensors": "model.safetensors", ".bin": "pytorch_model.bin"}
#: Not the weights of the model itself.
_ASIDE = re.compile(r"training_args|optimizer|scheduler|consolidated|adapter_model")
#: Masks and tables that older checkpoints keep and that are made anew when a model is loaded.
_BUFFERS = re.compile(r"\.masked_bias$|rotary_emb\.inv_freq$|\.attn\.embed_positions$")
_MASK = re.compile(r"\.(?:attn|attention)\.bias$")
#: Parts of a model that do not read or write text.
_SENSES = re.compile(r"vision|visual|audio")
_LAYER = re.compile(r"(?:^|\.)(?:layers|h|blocks|block)\.(\d+)\.")


def layer_of(name: str) -> int | None:
    """The layer (from 0) that a tensor belongs to; None for what lies before and behind them."""
    found = None if _SENSES.search(name) else _LAYER.search(name)
    return int(found.group(1)) if found else None


def stored(folder: Path) -> list[Tensor] | None:
    """The tensors in the safetensors files of a folder; None where it has none.

    Raises ModelError for a file whose header cannot be read, or one that the index names and that
    is not there: the download broke off.
    """
    files = _files(folder, ".safetensors")
    if not files:
        return None
    return [tensor for file in files for tensor in header(file)]


def pickled_bytes(folder: Path) -> int:
    """Bytes of the weights in .bin files, by their index or their sizes; 0 where there are none."""
    index = folder / _INDEXES[".bin"]
    if index.is_file():
        total = _json(index).get("metadata", {}).get("total_size")
        if isinstance(total, (int, float)) and total > 0:
            return int(total)
    return sum(file.stat().st_size for file in _files(folder, ".bin"))


def header(file: Path) -> list[Tensor]:
    """The tensors of one safetensors file. Raises ModelError where it is none."""
    try:
        with file.open("rb") as opened:
            (length,) = struct.unpack("<Q", opened.read(8))
            if length > _HEADER_LIMIT:
                raise ValueError("a header of that length")
            told = json.loads(opened.read(length))
        return [
            Tensor(name, tuple(int(n) for n in value["shape"]), str(value["dtype"]))
            for name, value in told.items()
            if name != "__metadata__"
        ]
    except (OSError, ValueError, struct.error, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"{file} is no whole safetensors file ({error})", "Fetch the model again"
        ) from error


def loaded(found: Iterable[Tensor], config: Config) -> list[Tensor]:
    """The tensors that a checkpoint leaves in memory: its buffers, spare heads and layers do not.

    A tied output is the embedding itself, though some checkpoints keep both; layers past the
    model's last serve to train it (the predictors of several tokens of DeepSeek-V3).
    """
    kept = []
    last = max(config.layers, config.encoder_layers)
    for tensor in found:
        layer = layer_of(tensor.name)
        if _BUFFERS.search(tensor.name) or (_MASK.search(tensor.name) and len(tensor.shape) > 1):
            continue
        if layer is not None and layer >= last:
            continue
        if config.tied and _is_copy_of_embedding(tensor.name):
            continue
        kept.append(tensor)
    return kept


def _is_copy_of_embedding(name: str) -> bool:
    return name in (
        *("lm_head.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight"),
        *("embed_out.weight", "lm_head.decoder.weight"),
    )


def _files(folder: Path, suffix: str) -> list[Path]:
    """The weight files of one kind, those of the index where there is one."""
    if (whole := folder / _WHOLE[suffix]).is_file():
        return [whole]
    index = folder / _INDEXES[suffix]
    if index.is_file():
        named = sorted({str(name) for name in _json(index).get("weight_map", {}).values()})
        missing = [name for name in named if not (folder / name).is_file()]
        if missing:
            raise ModelError(
                f"{folder} lacks {len(missing)} of {len(named)} files of weights, such as"
                f" {missing[0]}",
                "Fetch the model again",
            )
        return [folder / name for name in named]
    return sorted(f for f in folder.glob(f"*{suffix}") if not _ASIDE.search(f.name))


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read ({error})", "Fetch the model again") from error
    return value if isinstance(value, dict) else {}


def number_bytes(dtype: str) -> int:
    """Bytes of a number, by torch's name of its format; 2 for one that is not told."""
    return 4 if dtype.removeprefix("torch.") == "float32" else 2
