"""What is reckoned against what a graphics card holds; skipped where there is none."""

from __future__ import annotations

from typing import Any

import pytest
from fit_shapes import made, written

from rag.fit import Subject, Wanted, need_of
from rag.fit.config import config_of
from rag.fit.families import tensors

#: About 0.4, 1.3 and 3.4 billion weights; the last takes some 8 GB.
_SIZES: dict[str, tuple[str, dict[str, int]]] = {
    "small": (
        "gpt2",
        {"n_embd": 1024, "n_layer": 24, "n_head": 16, "n_positions": 2048, "vocab_size": 50272},
    ),
    "middle": (
        "qwen3",
        {
            "hidden_size": 2048,
            "intermediate_size": 6144,
            "num_hidden_layers": 20,
            "num_attention_heads": 16,
            "num_key_value_heads": 8,
            "head_dim": 128,
            "vocab_size": 100_000,
        },
    ),
    "large": (
        "llama",
        {
            "hidden_size": 3200,
            "intermediate_size": 8640,
            "num_hidden_layers": 26,
            "num_attention_heads": 32,
            "vocab_size": 32000,
        },
    ),
}
_PROMPT, _WRITTEN = 1500, 40


@pytest.fixture
def torch() -> Any:
    """PyTorch with a graphics card; imported by who runs these tests, not by all who collect."""
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("needs a graphics card")
    return torch


@pytest.mark.parametrize("size", _SIZES)
def test_the_peak_is_within_a_tenth_of_the_predicted(torch: Any, size: str) -> None:
    from transformers import AutoConfig

    kind, values = _SIZES[size]
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    held = torch.cuda.memory_allocated()
    model = made(AutoConfig.for_model(kind, **values), torch.bfloat16, "cuda")
    written(model, _PROMPT, _WRITTEN)
    peak = torch.cuda.max_memory_allocated() - held
    config = config_of(model.config.to_dict())
    subject = Subject(size, config, tuple(tensors(config)), "config")
    need = need_of(subject, Wanted("bfloat16", _PROMPT + _WRITTEN), prompt=_PROMPT)
    assert need.total == pytest.approx(peak, rel=0.1)
