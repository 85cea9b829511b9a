"""Models on this machine, and fetching them from a hub: the only module that reaches for one.

A model is fetched with what it takes to run it and nothing else: of the same weights in several
formats, safetensors come where they are, and no exports, checkpoints of training or pictures.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from rag.embed.local import cached_folder, first_line
from rag.errors import ModelError, RagError, StorageError, UsageError
from rag.suggestions import suggestion, suggestions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rag.suggestions import Suggestion

_NEEDED = frozenset({".json", ".txt", ".model", ".md", ".py", ".jinja"})
_SAFE, _PICKLED = ".safetensors", ".bin"
_EXPORTS = frozenset({"onnx", "openvino", "imgs", "images", "assets", "coreml", "gguf"})
_TRAINING = frozenset({"training_args.bin", "optimizer.bin", "scheduler.bin"})
_SPARE = 1 << 28  # bytes that are left free on the disk
_EMBEDDER_FILES = ("modules.json", "config_sentence_transformers.json")


@dataclass(frozen=True, slots=True)
class Held:
    """A model on this machine. `bytes` is what its files take on the disk."""

    name: str
    folder: Path
    bytes: int


def located(model: Suggestion, models_folder: str = "") -> Held | None:
    """Where a suggested model lies, whole; None where it does not."""
    below = [Path(models_folder).expanduser() / name for name in (model.short, model.id)]
    cached = cached_folder(model.id)
    for folder in [*(below if models_folder else ()), *([cached] if cached else ())]:
        if _weights(folder):
            return _held(model.id, folder)
    return None


def others(models_folder: str = "") -> list[Held]:
    """Other embedders on this machine: in `models_folder` and in the cache of Hugging Face."""
    known = {name for model in suggestions().models for name in (model.id, model.short)}
    found = [
        _held(name, folder)
        for name, folder in present(models_folder)
        if name not in known and any((folder / each).is_file() for each in _EMBEDDER_FILES)
    ]
    return sorted(found, key=lambda held: held.name)


def present(models_folder: str = "") -> Iterator[tuple[str, Path]]:
    """Folders on this machine that may hold a model, by name: in `models_folder` and the cache."""
    yield from _in_folder(models_folder)
    yield from _in_cache()


def pull(name: str, *, to: Path | None = None, endpoint: str = "") -> Held:
    """Fetch a model by its id, or by its short name if it is suggested; gives where it lies.

    It goes to a folder of its name below `to`, or into the cache of Hugging Face. What a pull
    that was interrupted has fetched is not fetched again.

    Raises:
        UsageError: The name is no id of a model.
        ModelError: There is no such model, it needs an account, or the hub cannot be reached.
        StorageError: The disk has no room for it.
    """
    known = suggestion(name)
    model_id = known.id if known else name
    if model_id.count("/") != 1:
        raise UsageError(
            f"{name} is no model that is known here", "Name one of rag models, or PUBLISHER/NAME."
        )
    target = to.expanduser().absolute() / model_id.rpartition("/")[2] if to else None
    try:
        folder = Path(_fetch(model_id, target, endpoint))
    except RagError:
        raise
    except Exception as error:  # hub, network and disk have a dozen kinds between them
        raise _explained(error, model_id) from error
    return _held(model_id, folder)


def needed(sizes: dict[str, int]) -> list[str]:
    """The files among those of a repository, by name, that it takes to run the model."""
    kept = []
    for name in sizes:
        path = PurePosixPath(name)
        if (
            path.name in _TRAINING
            or name.startswith(".")
            or not _EXPORTS.isdisjoint(path.parts[:-1])
        ):
            continue
        safe = any(PurePosixPath(n).parent == path.parent and n.endswith(_SAFE) for n in sizes)
        if path.suffix in _NEEDED or path.suffix == (_SAFE if safe else _PICKLED):
            kept.append(name)
    return sorted(kept)


def _fetch(model_id: str, target: Path | None, endpoint: str) -> str:
    from huggingface_hub import HfApi, constants, snapshot_download

    info = HfApi(endpoint=endpoint or None).model_info(model_id, files_metadata=True)
    sizes = {each.rfilename: int(each.size or 0) for each in info.siblings or ()}
    wanted = needed(sizes)
    if not any(name.endswith((_SAFE, _PICKLED)) for name in wanted):
        raise ModelError(
            f"{model_id} has no weights that can be used", "See what is suggested: rag models"
        )
    place = target or Path(constants.HF_HUB_CACHE)
    _check_room(place, sum(sizes[name] for name in wanted) - size_of(target), model_id)
    return str(
        snapshot_download(
            model_id,
            local_dir=target,
            endpoint=endpoint or None,
            allow_patterns=[name.replace("[", "[[]") for name in wanted],
        )
    )


def _check_room(place: Path, wanted: int, model_id: str) -> None:
    there = next(each for each in (place, *place.parents) if each.is_dir())
    free = shutil.disk_usage(there).free
    if wanted + _SPARE > free:
        raise StorageError(
            f"{model_id} needs {wanted / 1e9:.1f} GB and {there} has {free / 1e9:.1f} GB free",
            "Free some space, or name another place: rag models pull NAME --to FOLDER",
        )


def _explained(error: Exception, model_id: str) -> RagError:
    """An error of the hub, of the network or of the disk, in the words of this program."""
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    if isinstance(error, GatedRepoError):
        return ModelError(
            f"{model_id} is given only to those who accepted its terms",
            "Accept them at its page, and log in: hf auth login",
        )
    if isinstance(error, RepositoryNotFoundError):
        return ModelError(f"The hub has no model {model_id}", "See what is suggested: rag models")
    if isinstance(error, OSError) and error.filename is not None:
        return StorageError(
            f"{error.filename} cannot be written ({error.strerror})",
            "Free some space, or name another place: rag models pull NAME --to FOLDER",
        )
    return ModelError(
        f"{model_id} could not be fetched ({first_line(error)})",
        f"Run rag models pull {model_id} --to FOLDER on a machine with network, carry"
        f" FOLDER/{model_id.rpartition('/')[2]} over, and name that: --embedder FOLDER",
    )


def _in_folder(models_folder: str) -> Iterator[tuple[str, Path]]:
    folder = Path(models_folder).expanduser()
    if models_folder and folder.is_dir():
        for each in sorted(folder.iterdir()):
            if each.is_dir():
                yield each.name, each


def _in_cache() -> Iterator[tuple[str, Path]]:
    from huggingface_hub import constants, scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        repos: Iterable[Any] = scan_cache_dir(constants.HF_HUB_CACHE).repos
    except CacheNotFound:
        return
    for repo in repos:
        if repo.repo_type == "model" and (folder := cached_folder(repo.repo_id)) is not None:
            yield repo.repo_id, folder


def _weights(folder: Path) -> bool:
    return any(folder.glob(f"*{_SAFE}")) or any(folder.glob(f"*{_PICKLED}"))


def _held(name: str, folder: Path) -> Held:
    return Held(name, folder, size_of(folder))


def size_of(folder: Path | None) -> int:
    """Bytes of the files in a folder that are no notes of the hub."""
    if folder is None or not folder.is_dir():
        return 0
    paths = (p for p in folder.rglob("*") if p.is_file())
    return sum(p.stat().st_size for p in paths if ".cache" not in p.relative_to(folder).parts)
