"""A name to a folder on this machine, a device, a number format and a batch that fits memory."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rag.embed.families import CACHED
from rag.errors import DoesNotFit, ModelError, RagError
from rag.suggestions import suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rag.embed.options import EncoderOptions

    Result = TypeVar("Result")

#: Of each file of a model, at both ends, for its revision.
_SAMPLED_BYTES = 1 << 20
#: Files that make a model what it is, beside its weights.
_PARTS = frozenset({".json", ".model", ".txt", ".py"})
_WEIGHTS = (".safetensors", ".bin")  # the first kind that there is
_BACKEND_FOLDERS = frozenset({"onnx", "openvino"})
_NO_MEMORY = ("out of memory", "can't allocate memory")
_BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})  # of a processor, as Linux names them
_DEVICE = re.compile(r"auto|cpu|mps|cuda(?::\d+)?")
_BACKEND_PACKAGES = {"onnx": "optimum.onnxruntime", "openvino": "optimum.intel.openvino"}
#: Texts at once: on a processor larger batches only pad more, on an accelerator they fill it.
_BATCH = {"cpu": 32}
_ACCELERATOR_BATCH = 256


def find(name: str, models_folder: str = "", option: str = "--embedder") -> Path:
    """The folder of a model that is named by a folder, by a suggestion or by an id.

    Looks at the path itself, then in `models_folder`, then in the cache of Hugging Face. Raises
    ModelError where it is at none of them, or where a folder holds no model; its message tells the
    `option` to name another with.
    """
    path = Path(name).expanduser()
    if path.is_dir():
        return _checked(path.absolute(), option)
    if name.startswith(("/", ".", "~")):
        raise ModelError(
            f"There is no folder {path}",
            f"Give {option} a folder that holds a model; see what there is: rag models",
        )
    known = suggestion(name)
    for each in dict.fromkeys((name, Path(name).name, known.short if known else name)):
        below = Path(models_folder).expanduser() / each
        if models_folder and below.is_dir():
            return _checked(below.absolute(), option)
    ids = [known.id] if known else [name, f"sentence-transformers/{name}"]
    for each in ids:
        if (cached := cached_folder(each)) is not None:
            return cached
    fetch = f"fetch it with rag models pull {name}" if "/" in ids[0] else "see rag models"
    raise ModelError(
        f"The model {name} is not on this machine",
        f"Carry its folder over from another machine and name that with {option}, or {fetch}.",
    )


def cached_folder(model_id: str) -> Path | None:
    """The folder of a model in the cache of Hugging Face; None where it is not there."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        found = try_to_load_from_cache(model_id, "config.json")
    except HFValidationError:
        return None
    return Path(found).parent if isinstance(found, str) else None


def is_cached(folder: Path) -> bool:
    """Whether a folder lies in a cache of Hugging Face, which moves it with every update."""
    return any(part.startswith(CACHED) for part in folder.parts)


def revision(folder: Path) -> str:
    """A hash of the files that make a model what it is: names, sizes and both ends of each.

    Model cards, hidden files and the same weights in another format count for nothing, so that a
    model is the same however its folder came here and whatever runs it.
    """
    every = [p for p in folder.rglob("*") if p.is_file() and not _apart(p.relative_to(folder))]
    suffix = next((s for s in _WEIGHTS if any(p.suffix == s for p in every)), "")
    digest = hashlib.sha256()
    for path in sorted(p for p in every if p.suffix in _PARTS or p.suffix == suffix):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
        with path.open("rb") as file:
            digest.update(file.read(_SAMPLED_BYTES))
            if size > 2 * _SAMPLED_BYTES:
                file.seek(-_SAMPLED_BYTES, 2)
            digest.update(file.read())
    return digest.hexdigest()[:16]


def arguments(options: EncoderOptions) -> dict[str, Any]:
    """What sentence-transformers is told of device, number format and backend.

    Raises ModelError for a device or a backend that there is not.
    """
    _check_backend(options.backend)
    device = _device(options.device)
    told: dict[str, Any] = {
        "device": device,
        "backend": options.backend,
        "trust_remote_code": options.trust_remote_code,
        "local_files_only": True,
    }
    if options.backend == "torch":
        told["model_kwargs"] = {"dtype": _dtype(options.dtype, device)}
    return told


@contextmanager
def loading(kind: str, name: str, option: str) -> Iterator[None]:
    """Turn what goes wrong while a model is loaded into an error that names the remedy.

    `kind` is what was looked for and `option` how it is named, in the words of a message.
    """
    try:
        from transformers.utils import logging

        progress: Any = logging
        progress.disable_progress_bar()
        yield
    except RagError:
        raise
    except Exception as error:  # the library raises a dozen kinds for what is no model
        if is_out_of_memory(error):
            raise DoesNotFit(
                f"{name} does not fit the memory of its device",
                "Take a smaller one, see rag models, or try RAG_DEVICE=cpu.",
            ) from error
        said = f"{error} {error.__cause__ or ''}"
        if "trust_remote_code" in said:
            raise ModelError(
                f"{name} brings code of its own, which is run only if you trust it",
                "Read the code; if you trust it, set trust_remote_code = true in rag.toml.",
            ) from error
        if isinstance(error, ImportError):
            raise ModelError(
                f"A package that {name} needs cannot be used ({first_line(error)})",
                "Install it in a version that goes with the others, or leave the backend at torch.",
            ) from error
        raise ModelError(
            f"No {kind} at {name} ({type(error).__name__}: {first_line(error)})",
            f"Give {option} a folder that holds one, see rag models; a fetch that broke off is"
            " gone on with by rag models pull NAME.",
        ) from error


class Batches:
    """Runs a model with as many texts at once as its device can take."""

    def __init__(self, device: str, name: str) -> None:
        self._size = _BATCH.get(device.partition(":")[0], _ACCELERATOR_BATCH)
        self._name = name

    def run(self, work: Callable[[int], Result]) -> Result:
        """What `work` gives for a batch size; a smaller one is tried where memory runs out.

        Raises DoesNotFit where a single text is too much.
        """
        while True:
            try:
                return work(self._size)
            except Exception as error:
                if not is_out_of_memory(error):
                    raise
                if self._size == 1:
                    raise DoesNotFit(
                        f"{self._name} does not fit the memory of its device",
                        "Take a smaller one, see rag models, or try RAG_DEVICE=cpu.",
                    ) from error
            self._size //= 2
            _free()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, as torch says it on its devices."""
    said = str(error).lower()
    return isinstance(error, MemoryError) or any(words in said for words in _NO_MEMORY)


def first_line(error: BaseException) -> str:
    """The first line of what an error says, without its full stop."""
    return (str(error).strip().splitlines() or ["without a word"])[0].rstrip(".")


def is_classifier(folder: Path) -> bool | None:
    """Whether the weights in a folder end in scores rather than vectors; None if it is not told.

    Told by the class that a checkpoint says it was saved from. A decoder may serve as either.
    """
    made_for = _told(folder / "config_sentence_transformers.json").get("model_type")
    if made_for in ("CrossEncoder", "SentenceTransformer"):
        return bool(made_for == "CrossEncoder")
    if (folder / "modules.json").is_file():
        return False
    classes = _told(folder / "config.json").get("architectures") or [""]
    if str(classes[0]).endswith("ForCausalLM"):
        return None
    return str(classes[0]).endswith("ForSequenceClassification")


def _told(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _checked(folder: Path, option: str) -> Path:
    """The folder. Raises ModelError where it holds no model."""
    if (folder / "config.json").is_file() or (folder / "modules.json").is_file():
        return folder
    raise ModelError(
        f"{folder} holds no model: there is neither config.json nor modules.json in it",
        f"Give {option} the folder that holds them; see what there is: rag models",
    )


def _apart(path: Path) -> bool:
    """Whether a file is hidden, or serves one backend alone."""
    return any(part.startswith(".") or part in _BACKEND_FOLDERS for part in path.parts)


def has_backend(backend: str) -> bool:
    """Whether the packages that a backend needs are installed."""
    wanted = _BACKEND_PACKAGES.get(backend)
    try:
        return wanted is None or importlib.util.find_spec(wanted) is not None
    except ModuleNotFoundError:
        return False


def _check_backend(backend: str) -> None:
    if not has_backend(backend):
        raise ModelError(
            f"The backend {backend} needs packages that are not installed",
            f"Install them (pip install 'sentence-transformers[{backend}]'), or leave the backend"
            " at torch.",
        )


def _device(wanted: str) -> str:
    import torch

    if not _DEVICE.fullmatch(wanted):
        raise ModelError(f"{wanted!r} is no device", "Use auto, cpu, cuda, cuda:1 or mps.")
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if wanted == "auto":
        return "cuda" if cuda else "mps" if mps else "cpu"
    number = int(wanted.partition(":")[2] or 0)
    there = {"cuda": cuda and number < torch.cuda.device_count(), "mps": mps, "cpu": True}
    if not there[wanted.partition(":")[0]]:
        raise ModelError(
            f"There is no device {wanted} here", "Leave the device at auto, or use cpu."
        )
    return wanted


def _dtype(wanted: str, device: str) -> Any:
    import torch

    if wanted != "auto":
        return getattr(torch, wanted)
    if device.startswith("cuda"):
        half = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        half = device == "cpu" and computes_bfloat16()
    return torch.bfloat16 if half else torch.float32


def computes_bfloat16() -> bool:
    """Whether this processor has instructions for bfloat16; without them it is the slower way."""
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return not _BFLOAT16_FLAGS.isdisjoint(told.split())


def _free() -> None:
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()
