"""What is on this machine to choose from: models by what they can do, told from their files alone.

Neither torch nor transformers is imported, no weights are read, and nobody is asked.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from rag.embed.local import is_classifier
from rag.errors import RagError
from rag.fit import Question, ask, devices_here
from rag.fit.encoders import PASSAGES, QUESTION, encoder_bytes
from rag.hub import present as folders
from rag.hub import size_of
from rag.suggestions import suggestion
from rag.tomlfile import IN_PROCESS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.config import Settings
    from rag.fit import Device
    from rag.fit.weights import Quantize

#: What a model is for: to write answers, to find, to order passages, to judge what follows.
Task = Literal["model", "embedder", "reranker", "nli"]

_WEIGHTS = ("*.safetensors", "*.bin")
#: How the names of classes end that can write a text.
_WRITES = ("ForCausalLM", "ForConditionalGeneration", "LMHeadModel")
_EMBEDDER_FILES = ("modules.json", "config_sentence_transformers.json")
_CARD_BYTES = 1 << 16  # of a model card: what is asked for stands at its top
_FRONT = re.compile(r"\A---\s*\n(.*?)\n---", re.DOTALL)
_LIST = re.compile(r"^(language|license): *(?:\n((?: *- .+\n?)+)|(.+))", re.MULTILINE)
_MANY = 4  # languages that are told one by one


@dataclass(frozen=True, slots=True)
class Installed:
    """A model on this machine. `spec` is what the setting of its task is set to.

    `bytes` is what its files take on the disk; `kind` is the family by its configuration.
    `languages` and `licence` are as its publisher tells, "" where nothing is told.
    """

    name: str
    spec: str
    task: Task
    folder: Path
    bytes: int
    kind: str = ""
    languages: str = ""
    licence: str = ""


def installed(models_folder: str = "") -> tuple[Installed, ...]:
    """The models in `models_folder` and in the cache of Hugging Face, by task and name."""
    root = Path(models_folder).expanduser().absolute()
    found: dict[Path, Installed] = {}
    for name, folder in folders(str(root) if models_folder else ""):
        for each in (folder, *_nested(folder)):
            named = name if each == folder else f"{name}/{each.name}"
            inside = bool(models_folder) and each.is_relative_to(root)
            if each not in found and (held := _held(named, each, inside=inside)) is not None:
                found[each] = held
    return tuple(sorted(found.values(), key=lambda held: (held.task, held.name.casefold())))


def fits(held: Installed, settings: Settings, here: Sequence[Device] = ()) -> bool | None:
    """Whether a model fits what memory is free, as it would be loaded; None where it is not known.

    A language model is asked after as `rag fit` does, beside the embedder and reranker that are
    set. `here` are the devices, where they have been looked up already.
    """
    here = here or devices_here()
    try:
        if held.task == "model":
            quantize = cast("Quantize", settings.quantize)
            return ask(Question(held.spec, quantize=quantize), settings, here)[1].fits
        tokens = QUESTION if held.task == "embedder" else PASSAGES
        dtype = "float32" if settings.dtype == "auto" else settings.dtype
        room = max(device.free - device.overhead for device in here)
        return encoder_bytes(held.folder, dtype, tokens) <= room
    except (RagError, OSError, ValueError, KeyError):  # a folder that no family is known of
        return None


def _nested(folder: Path) -> Iterator[Path]:
    """Folders of models in that of their publisher."""
    if not (folder / "config.json").exists() and not (folder / "modules.json").exists():
        with suppress(OSError):  # a folder that may not be looked into
            yield from sorted(each for each in folder.iterdir() if each.is_dir())


def _held(name: str, folder: Path, *, inside: bool) -> Installed | None:
    """The model in a folder; None where there is none, or one that is good for nothing here."""
    if not any(any(folder.glob(pattern)) for pattern in _WEIGHTS):
        return None
    config = _json(folder / "config.json")
    known = suggestion(name)
    task = known.task if known else _task(folder, config)
    if task is None:
        return None
    told = _card(folder / "README.md")
    where = str(folder) if inside else name
    return Installed(
        name,
        f"{IN_PROCESS}{where}" if task == "model" else where,
        task,
        folder,
        size_of(folder),
        str(config.get("model_type", "")),
        known.languages if known else told.get("language", ""),
        known.licence if known else told.get("license", ""),
    )


def _task(folder: Path, config: dict[str, Any]) -> Task | None:
    """What a model is for, by the files beside its weights and the class it was saved from."""
    if is_classifier(folder):
        labels = config.get("id2label")
        names = labels.values() if isinstance(labels, dict) else ()
        return (
            "nli" if any(str(each).lower().startswith("entail") for each in names) else "reranker"
        )
    if any((folder / name).is_file() for name in _EMBEDDER_FILES):
        return "embedder"
    classes = config.get("architectures")
    made_for = str(classes[0]) if isinstance(classes, list) and classes else ""
    return "model" if made_for.endswith(_WRITES) else None


def _card(path: Path) -> dict[str, str]:
    """Languages and licence as the head of a model card tells them, on one line each."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            front = _FRONT.match(file.read(_CARD_BYTES))
    except OSError:
        return {}
    told = {}
    for name, lines, line in _LIST.findall(front[1] if front else ""):
        each = [
            item.strip(" -'\"")
            for item in (lines or line.strip("[] ").replace(",", "\n")).splitlines()
        ]
        each = [item for item in each if item]
        more = f" +{len(each) - _MANY}" if len(each) > _MANY else ""
        told[name] = ", ".join(each[:_MANY]) + more
    return told


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
