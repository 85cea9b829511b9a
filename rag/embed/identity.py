"""Which embedder made some vectors; light, for those who compare and embed nothing."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """What makes vectors comparable. A library holds vectors of one identity only.

    `revision` is a hash of the model's files, `dimension` counts floats, and `prefixes` are what is
    put before a query and before a document. `model` and `source`, the name and the folder or id
    it was loaded by, make no difference: a model stays itself when its folder is moved. Nor does
    the number format it was run in: vectors in bfloat16 and in float32 are comparable.
    """

    provider: str
    model: str = field(compare=False)
    revision: str
    dimension: int
    prefixes: tuple[str, str] = ("", "")
    source: str = field(default="", compare=False)

    def __str__(self) -> str:
        prompts = f", prompts {self.prefixes[0]!r} and {self.prefixes[1]!r}"
        return (
            f"{self.model} (revision {self.revision}, {self.dimension} dimensions"
            f"{prompts if any(self.prefixes) else ''})"
        )
