"""Files of models without their weights, for tests of what is told from them."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rag.fit import Answer, Subject, Wanted, answer, named, subject_of

GB = 1_000_000_000
LLAMA = {
    "model_type": "llama",
    "num_hidden_layers": 2,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_attention_heads": 4,
    "vocab_size": 100,
    "max_position_embeddings": 512,
}


def asked(
    model: str, gpu: str, *, quantize: Any = "none", context: int | None = None
) -> tuple[Subject, Answer]:
    """A published shape on cards, in 16 bits."""
    subject = subject_of(model)
    assert subject.config is not None
    wanted = Wanted("float16", context or min(4096, subject.config.limit), quantize)
    return subject, answer(subject, named(gpu), wanted)


def write_config(folder: Path, **values: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(LLAMA | values), encoding="utf-8")
    return folder


def write_header(file: Path, tensors: Mapping[str, tuple[str, list[int]]]) -> None:
    """The head of a safetensors file, without the numbers that would follow."""
    told: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    for name, (dtype, shape) in tensors.items():
        told[name] = {"dtype": dtype, "shape": shape, "data_offsets": [0, 0]}
    head = json.dumps(told).encode()
    file.write_bytes(struct.pack("<Q", len(head)) + head)
