"""A name to what memory is reckoned from: a configuration, and the tensors of the model.

MODEL may be a folder, a config.json, a GGUF file, `transformers:FOLDER` as for -m, the id of a
model in the cache of Hugging Face, or the name of a published shape. Weights are known from the
headers of safetensors where they are there, else from the configuration.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from rag.errors import ModelError, UsageError
from rag.fit import checkpoint, gguf
from rag.fit.config import Config, config_of, read_config
from rag.fit.families import FAMILIES, tensors
from rag.fit.tensors import Tensor

_PUBLISHED = "published.toml"
_PREFIX = "transformers:"
_COUNT = re.compile(r"(\d+(?:[.,]\d+)?)\s*([kmbt]?)", re.IGNORECASE)
_POWERS = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12}

_BYTES = "U8"  # numbers that are as they are on the disk, whatever they are
#: How a model is laid out of which nothing but the number of weights is known.
UNKNOWN = Config("unknown", {"num_hidden_layers": 100, "hidden_size": 4096})

Source = Literal["headers", "config", "published", "files", "parameters"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A model as far as it is known without loading it.

    `source` tells what its weights are known from. `config` is None where nothing but the number of
    weights is known: then nothing is said of cache and working memory.
    """

    name: str
    config: Config | None
    tensors: tuple[Tensor, ...]
    source: Source

    @property
    def quantized(self) -> bool:
        """Whether its weights were published quantised: they cannot be quantised again."""
        published = self.config is not None and self.config.get("quantization_config")
        return bool(published) or any(tensor.dtype == _BYTES for tensor in self.tensors)


def subject_of(reference: str, parameters: str = "") -> Subject:
    """The model that a reference names; `parameters`, such as "100B", counts before its tensors.

    Raises:
        ModelError: It is not here and no known shape, or its files cannot be used.
        UsageError: `parameters` is no number, neither is given, or it is the model of a server.
    """
    if not reference:
        if not parameters:
            raise UsageError("No model is named", "Write rag fit MODEL, or --parameters 7B")
        return Subject(parameters, None, _pieces(None, count_of(parameters)), "parameters")
    name = reference.removeprefix(_PREFIX)
    path = Path(name).expanduser()
    if path.suffix == ".gguf" and path.is_file():
        return _gguf(path, path.name)
    folder = _folder(path, name)
    if folder is None:
        found = _published(name)
    elif path.is_file():
        config = read_config(path)
        found = Subject(path.parent.name or name, config, tuple(_built(config)), "config")
    else:
        found = _in_folder(folder, folder.name if path.is_dir() else name)
    if parameters:
        pieces = _pieces(found.config, count_of(parameters))
        return Subject(found.name, found.config, pieces, "parameters")
    if not found.tensors:
        assert found.config is not None
        tensors(found.config)  # says what is not known of it
    return found


def count_of(text: str) -> int:
    """A number of weights as people write it: "13B", "350M". Raises UsageError for another."""
    found = _COUNT.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"{text!r} is no number of weights", "Write --parameters 13B")
    number = int(float(found[1].replace(",", ".")) * _POWERS[found[2].lower()])
    if not number:
        raise UsageError("A model has more than 0 weights", "Write --parameters 13B")
    return number


@cache
def published() -> dict[str, dict[str, Any]]:
    """The shapes that come with the package, by name."""
    return tomllib.loads(files("rag.fit").joinpath(_PUBLISHED).read_text(encoding="utf-8"))


def _published(name: str) -> Subject:
    short = name.rpartition("/")[2].lower()
    shape = published().get(short)
    if shape is None and ":" in name:
        raise UsageError(
            f"{name} runs in another process, which alone knows what it takes",
            "Name the folder of its weights, or one of rag fit's shapes: rag fit qwen3-8b",
        )
    if shape is None:
        raise ModelError(
            f"There is no model {name} on this machine",
            "Name a folder that holds config.json, or one of " + ", ".join(published()),
        )
    config = config_of({key: value for key, value in shape.items() if key != "parameters"})
    return Subject(short, config, tuple(tensors(config)), "published")


def _folder(path: Path, name: str) -> Path | None:
    """Where the files of a model lie; None where it is not on this machine.

    Raises ModelError for a path at which there is none.
    """
    if path.is_dir() or path.is_file():
        return path if path.is_dir() else path.parent
    if name.startswith(("/", ".", "~")):
        raise ModelError(f"There is no folder {path}", "Name one that holds config.json")
    if name.count("/") != 1:
        return None
    from rag.embed.local import cached_folder

    return cached_folder(name)


def _in_folder(folder: Path, name: str) -> Subject:
    if not (folder / "config.json").is_file():
        quantised = sorted(folder.glob("*.gguf"))
        if quantised:
            return _gguf(quantised[0], name)
        raise ModelError(
            f"{folder} is not a model folder: it has no config.json",
            "Name the folder that holds config.json",
        )
    config = read_config(folder / "config.json")
    found = checkpoint.stored(folder)
    if found is not None:
        return Subject(name, config, tuple(checkpoint.loaded(found, config)), "headers")
    if config.kind not in FAMILIES and (pickled := checkpoint.pickled_bytes(folder)):
        size = checkpoint.number_bytes(str(config.get("dtype") or config.get("torch_dtype") or ""))
        return Subject(name, config, _pieces(config, pickled // size), "files")
    return Subject(name, config, tuple(_built(config)), "config")


def _built(config: Config) -> list[Tensor]:
    return tensors(config) if config.kind in FAMILIES else []


def _gguf(file: Path, name: str) -> Subject:
    config = gguf.config(file)
    return Subject(name, config, _pieces(config, gguf.size(file), _BYTES), "files")


def _pieces(config: Config | None, count: int, dtype: str = "") -> tuple[Tensor, ...]:
    """So many numbers of which nothing else is known, as one matrix for each layer."""
    layers = config.layers if config else UNKNOWN.layers
    columns = config.hidden if config else UNKNOWN.hidden
    rows = round(count / layers / columns)
    return tuple(Tensor(f"layers.{i}.weight", (rows, columns), dtype) for i in range(layers))
