"""What the head of a GGUF file tells: the sizes of a model that llama.cpp runs.

The file begins with "GGUF", a version, two counts, and pairs of a key and a typed value (llama.cpp,
docs/gguf.md). Its weights take in memory what the file takes on the disk.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Any, BinaryIO

from rag.errors import ModelError
from rag.fit.config import Config

if TYPE_CHECKING:
    from pathlib import Path

#: Formats of the plain types, by their number; 8 is a string and 9 an array.
_TYPES = ("<B", "<b", "<H", "<h", "<I", "<i", "<f", "<?", "", "", "<Q", "<q", "<d")
_STRING, _ARRAY = 8, 9
#: More of either is no GGUF file that anyone made.
_KEYS_LIMIT, _LENGTH_LIMIT = 100_000, 50_000_000
#: Each size by the name that configurations of transformers give it.
_SIZES = {
    "block_count": "num_hidden_layers",
    "embedding_length": "hidden_size",
    "feed_forward_length": "intermediate_size",
    "attention.head_count": "num_attention_heads",
    "attention.head_count_kv": "num_key_value_heads",
    "attention.key_length": "head_dim",
    "context_length": "max_position_embeddings",
    "vocab_size": "vocab_size",
}
_PART = re.compile(r"-\d{5}-of-\d{5}\.gguf$")


def size(file: Path) -> int:
    """Bytes of a model's file, and of its other parts where it is split."""
    parts = [file]
    if _PART.search(file.name):
        parts = sorted(file.parent.glob(_PART.sub("-*-of-*.gguf", file.name)))
    return sum(part.stat().st_size for part in parts)


def config(file: Path) -> Config:
    """The sizes of the model in a file. Raises ModelError where it is none."""
    try:
        with file.open("rb") as opened:
            told = _read(opened)
        kind = str(told["general.architecture"])
    except (OSError, ValueError, KeyError, struct.error) as error:
        raise ModelError(f"{file} is no whole GGUF file ({error})", "Fetch it again") from error
    values: dict[str, Any] = {"model_type": f"gguf-{kind}"}
    for theirs, ours in _SIZES.items():
        value = told.get(f"{kind}.{theirs}")
        if isinstance(value, int):
            values[ours] = value
    values.setdefault("vocab_size", told.get("tokenizer.ggml.tokens", 0))
    return Config(str(values["model_type"]), values)


def _read(file: BinaryIO) -> dict[str, Any]:
    """The pairs of the head; of an array its length."""
    if file.read(4) != b"GGUF":
        raise ValueError("it does not begin with GGUF")
    _version, _tensors, keys = struct.unpack("<IQQ", file.read(20))
    if keys > _KEYS_LIMIT:
        raise ValueError("too many keys")
    told = {}
    for _ in range(keys):
        key = _string(file)
        told[key] = _value(file, _number(file, "<I"))
    return told


def _value(file: BinaryIO, kind: int) -> Any:
    if kind == _STRING:
        return _string(file)
    if kind != _ARRAY:
        return _number(file, _format(kind))
    of, length = _number(file, "<I"), _number(file, "<Q")
    if length > _LENGTH_LIMIT:
        raise ValueError("too long an array")
    if of in (_STRING, _ARRAY):
        for _ in range(length):
            _value(file, of)
    else:
        file.seek(length * struct.calcsize(_format(of)), 1)
    return length


def _format(kind: int) -> str:
    if kind >= len(_TYPES) or not _TYPES[kind]:
        raise ValueError(f"a value of the unknown type {kind}")
    return _TYPES[kind]


def _string(file: BinaryIO) -> str:
    length = _number(file, "<Q")
    if length > _LENGTH_LIMIT:
        raise ValueError("too long a string")
    return file.read(length).decode("utf-8", errors="replace")


def _number(file: BinaryIO, form: str) -> Any:
    return struct.unpack(form, file.read(struct.calcsize(form)))[0]
