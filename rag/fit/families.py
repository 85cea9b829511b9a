"""Which families of models are known, and all the tensors of one by its configuration.

From these a model can be weighed by its config.json alone. Each is held against the parameters of
the real class in the tests, so a count is exact and no rule of thumb.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import ModelError
from rag.fit import gpts, llamas
from rag.fit.tensors import Tensor, linear, norm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rag.fit.config import Config


def tensors(config: Config) -> list[Tensor]:
    """All tensors of a model of this configuration. Raises ModelError for an unknown family."""
    family = FAMILIES.get(config.kind)
    if family is None:
        raise ModelError(
            f"How models of the kind {config.kind!r} are built is not known here",
            "Name a folder with the weights, whose headers tell it, or give --parameters",
        )
    return list(family(config))


def _t5(c: Config) -> Iterator[Tensor]:
    """T5, FLAN-T5, FRED-T5, UL2 and the multilingual mT5 and umT5."""
    yield Tensor("shared.weight", (c.vocabulary, c.hidden))
    for stack, layers in (("encoder", c.encoder_layers), ("decoder", c.layers)):
        for i in range(layers):
            yield from _t5_block(c, f"{stack}.block.{i}", stack, first=i == 0)
        yield from norm(f"{stack}.final_layer_norm", c.hidden)
    if not c.tied:
        yield from linear("lm_head", c.vocabulary, c.hidden)


def _t5_block(c: Config, at: str, stack: str, *, first: bool) -> Iterator[Tensor]:
    inner = c.heads * c.head_dim
    attentions = ("SelfAttention",) if stack == "encoder" else ("SelfAttention", "EncDecAttention")
    for i, name in enumerate(attentions):
        for part in ("q", "k", "v"):
            yield from linear(f"{at}.layer.{i}.{name}.{part}", inner, c.hidden)
        yield from linear(f"{at}.layer.{i}.{name}.o", c.hidden, inner)
        if name == "SelfAttention" and (first or c.kind == "umt5"):
            buckets = c.size("relative_attention_num_buckets", 32)
            at_bias = f"{at}.layer.{i}.{name}.relative_attention_bias.weight"
            yield Tensor(at_bias, (buckets, c.heads))
        yield from norm(f"{at}.layer.{i}.layer_norm", c.hidden)
    last = f"{at}.layer.{len(attentions)}"
    gated = str(c.get("feed_forward_proj", "relu")).startswith("gated")
    for name in ("wi_0", "wi_1") if gated else ("wi",):
        yield from linear(f"{last}.DenseReluDense.{name}", c.ffn, c.hidden)
    yield from linear(f"{last}.DenseReluDense.wo", c.hidden, c.ffn)
    yield from norm(f"{last}.layer_norm", c.hidden)


#: The kinds of model, as `model_type` names them.
FAMILIES: dict[str, Callable[[Config], Iterator[Tensor]]] = {
    "bloom": gpts.bloom,
    "deepseek_v2": llamas.llama,
    "deepseek_v3": llamas.llama,
    "falcon": gpts.falcon,
    "gemma": llamas.llama,
    "gemma2": llamas.llama,
    "gemma3_text": llamas.llama,
    "glm": llamas.llama,
    "glm4": llamas.llama,
    "gpt2": gpts.gpt2,
    "gpt_bigcode": gpts.gpt2,
    "gpt_neo": gpts.gpt_neo,
    "gpt_neox": gpts.gpt_neox,
    "gptj": gpts.gptj,
    "llama": llamas.llama,
    "mistral": llamas.llama,
    "mixtral": llamas.llama,
    "mpt": gpts.mpt,
    "mt5": _t5,
    "opt": gpts.opt,
    "phi3": llamas.llama,
    "qwen2": llamas.llama,
    "qwen2_moe": llamas.llama,
    "qwen3": llamas.llama,
    "qwen3_moe": llamas.llama,
    "t5": _t5,
    "umt5": _t5,
    "yalm": gpts.yalm,
}
