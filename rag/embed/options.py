"""How encoders are loaded: what a person may set about them."""

from __future__ import annotations

from dataclasses import dataclass, replace

#: What `--embedder` takes for the built-in embedder, and the provider in its identity.
HASHED, BUILTIN = "hashed", "builtin"
#: What runs the weights, as sentence-transformers names it.
BACKENDS = ("torch", "onnx", "openvino")
#: Number formats of the weights; "auto" is bfloat16 where the machine computes it, else float32.
DTYPES = ("auto", "float32", "bfloat16", "float16")


@dataclass(frozen=True, slots=True)
class EncoderOptions:
    """Everything that can be said of an embedder or a reranker beside its name.

    A prompt of None is that of the model's own configuration, or of its family; "" is none.
    `dimension` cuts vectors to their first floats, 0 leaves them whole: it suits models that were
    trained for it (Kusupati et al., "Matryoshka representation learning", 2022).
    """

    query_prompt: str | None = None
    document_prompt: str | None = None
    dimension: int = 0
    dtype: str = "auto"
    device: str = "auto"
    backend: str = "torch"
    trust_remote_code: bool = False
    models_folder: str = ""

    def as_made(self, prefixes: tuple[str, str], dimension: int) -> EncoderOptions:
        """These options with the prompts and the dimension of a library, but for what is set."""
        return replace(
            self,
            query_prompt=prefixes[0] if self.query_prompt is None else self.query_prompt,
            document_prompt=prefixes[1] if self.document_prompt is None else self.document_prompt,
            dimension=self.dimension or dimension,
        )
