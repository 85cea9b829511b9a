"""What weights take in memory: in a number format, and quantised as bitsandbytes does it.

bitsandbytes puts its own layers in the place of linear ones alone. Embeddings, norms, biases and
the output layer stay as they are, and so do the experts of a mixture, which transformers 5 keeps as
one tensor a layer that is no linear layer.

    int8    a byte a weight, a float32 a row (Dettmers et al., "LLM.int8()", 2022)
    4bit    half a byte a weight, a float32 for each block of 64, those quantised to a byte again
            with a float32 for each 256 of them (Dettmers et al., "QLoRA", 2023)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any, Literal

from rag.fit.checkpoint import SIZES, layer_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.fit.config import Config
    from rag.fit.tensors import Tensor

Quantize = Literal["none", "int8", "4bit"]
#: From what changes a model least to what changes it most.
QUANTIZE: tuple[Quantize, ...] = ("none", "int8", "4bit")
#: Bytes of a number that a model may be run in.
DTYPES = {"float32": 4, "bfloat16": 2, "float16": 2}
_BLOCK, _NESTED = 64, 256
#: Of every 4-bit tensor: its table of 16 values, that of the nested quantisation, and its offset.
_TABLES = 4 * (16 + 256 + 1)
_WHOLE = frozenset({"F64", "F32", "F16", "BF16", ""})  # what is turned into the format asked for
_EMBEDDING = re.compile(
    r"embed|\bwte\b|\bwpe\b|^shared\.|relative_attention_bias|lm_head|^output_layer"
)
_NOT_LINEAR = re.compile(r"\.experts\.|norm|\.ln_|\.(?:mlp|block_sparse_moe)\.gate\.")
#: Families whose linear layers are of a class of their own, which bitsandbytes does not touch.
_OWN_LINEAR = frozenset({"falcon"})
#: Layers of T5 that transformers keeps out of quantisation, and in float32 where the rest is
#: float16: their sums overflow it.
_WIDE = re.compile(r"\.DenseReluDense\.wo\.")


@dataclass(frozen=True, slots=True)
class Weights:
    """Bytes of a model's weights: what lies before its layers, each layer, and what lies behind.

    A tied output counts before, since it is the embedding. `largest` is the greatest number of
    weights in one linear layer.
    """

    before: int
    layers: tuple[int, ...]
    behind: int
    parameters: int
    largest: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.before + sum(self.layers) + self.behind


def weigh(tensors: Sequence[Tensor], config: Config, dtype: str, quantize: Quantize) -> Weights:
    """The memory of weights that are run in `dtype`, a key of `DTYPES`, and quantised so.

    The two stacks of an encoder–decoder count as layers one after the other. What a checkpoint
    keeps in whole numbers or in 8-bit floats is quantised already, and stays as it is.
    """
    before = behind = parameters = largest = 0
    layers = [0] * (config.encoder_layers + config.layers)
    for tensor in tensors:
        took = bytes_of(tensor, config, dtype, quantize)
        parameters += tensor.count
        layer = layer_of(tensor.name)
        if layer is not None:
            stack = config.encoder_layers if tensor.name.startswith("decoder.") else 0
            layers[min(layer + stack, len(layers) - 1)] += took
            if is_linear(tensor, config):
                largest = max(largest, tensor.count)
        elif _lies_before(tensor.name):
            before += took
        else:
            behind += took
    return Weights(before, tuple(layers), behind, parameters, largest)


def bytes_of(tensor: Tensor, config: Config, dtype: str, quantize: Quantize) -> int:
    """Bytes of one tensor in memory."""
    size = DTYPES[dtype]
    if tensor.dtype not in _WHOLE:
        return ceil(tensor.count * SIZES.get(tensor.dtype, 2))
    if _WIDE.search(tensor.name) and dtype == "float16":
        return 4 * tensor.count
    if not is_linear(tensor, config):
        return size * tensor.count
    if not tensor.dtype and (told := config.get("quantization_config")):
        return _published(tensor, told, size)
    if quantize == "none":
        return size * tensor.count
    if quantize == "int8":
        rows = tensor.shape[1 if _is_turned(tensor, config) else 0]
        return tensor.count + 4 * rows
    return _four_bits(tensor.count)


def _four_bits(count: int) -> int:
    blocks = ceil(count / _BLOCK)
    return ceil(count / 2) + blocks + 4 * ceil(blocks / _NESTED) + _TABLES


def _published(tensor: Tensor, told: Mapping[str, Any], size: int) -> int:
    """Bytes of a matrix that its makers quantised, by what their configuration tells.

    GPTQ and AWQ keep a scale and a zero point for each group of a column (Frantar et al., "GPTQ",
    2022; Lin et al., "AWQ", 2023). A way that is not known here counts as none.
    """
    count, columns = tensor.count, tensor.shape[-1]
    method = str(told.get("quant_method", ""))
    if method in ("gptq", "awq"):
        bits = int(told.get("bits", told.get("w_bit", 4)))
        group = int(told.get("group_size", told.get("q_group_size", 128)))
        groups = ceil(count / (group if group > 0 else columns))
        return ceil((count + groups) * bits / 8) + 2 * groups + 4 * columns
    if method == "fp8":
        rows, across = told.get("weight_block_size") or tensor.shape
        return count + 4 * ceil(tensor.shape[0] / rows) * ceil(columns / across)
    if told.get("load_in_4bit"):
        return _four_bits(count)
    return count + 4 * tensor.shape[0] if told.get("load_in_8bit") else size * count


def is_linear(tensor: Tensor, config: Config) -> bool:
    """Whether it is the matrix of a linear layer that bitsandbytes would quantise."""
    name = tensor.name
    return (
        len(tensor.shape) == 2
        and name.endswith(".weight")
        and not _EMBEDDING.search(name)
        and not _NOT_LINEAR.search(name)
        and not _WIDE.search(name)
        and config.kind not in _OWN_LINEAR
    )


def _is_turned(tensor: Tensor, config: Config) -> bool:
    return config.kind == "gpt2" and ".c_" in tensor.name


def _lies_before(name: str) -> bool:
    return bool(_EMBEDDING.search(name)) and not name.startswith(("lm_head", "output_layer"))
