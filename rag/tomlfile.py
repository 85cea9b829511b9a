"""`rag.toml`: where it lies, what it says, and writing into it so that its comments stay.

Paths in it count from where it lies: they are read as absolute ones, and written as relative ones
where they lie below it.
"""

from __future__ import annotations

import os
import tomllib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import StorageError, UsageError
from rag.whole import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

FILE_NAME = "rag.toml"
_LOCK = f".{FILE_NAME}.lock"
_LOCK_SECONDS = 10  # to wait for another process, which holds it for the time of one write
IN_PROCESS = "transformers:"  # what begins a model that is a folder
_MILVUS = "milvus:"  # what begins a store that may be a file of Milvus Lite
_ADDRESS = "://"  # what no path holds
_HASHED = "hashed"  # an embedder that is none
#: Settings that may be paths, and what begins them.
_PATHS = {
    **dict.fromkeys(("home", "models_folder", "jobs_folder"), ""),
    **dict.fromkeys(("embedder", "reranker", "nli", "tokenizer"), ""),
    "model": IN_PROCESS,
    "store": _MILVUS,
}
#: A path whether there is something or not.
_FOLDERS = frozenset({"home", "models_folder", "jobs_folder", "store"})


def find(cwd: Path) -> Path | None:
    """The file that counts: in the working folder or above it, or the user's own; or None."""
    cwd = cwd.absolute()
    for folder in (cwd, *cwd.parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    from platformdirs import user_config_path

    own = user_config_path("rag") / FILE_NAME
    return own if own.is_file() else None


def read(path: Path) -> dict[str, Any]:
    """What the file sets, paths taken from its folder. Raises UsageError where it is no TOML."""
    return parsed(_text(path), path)


def parsed(text: str, path: Path) -> dict[str, Any]:
    """What the text of a file at `path` sets; raises as `read` does.

    A model of any kind is a path only where there is something of that name.
    """
    try:
        found = tomllib.loads(text)
    except ValueError as error:
        raise _unreadable(path, error) from error
    for name, value in _possible_paths(found):
        kind = _PATHS[name]
        bare = os.path.expanduser(value.removeprefix(kind))  # a Path would take "./" away
        there = Path(os.path.normpath(path.parent / bare))
        if name in _FOLDERS or there.exists():
            found[name] = f"{kind}{there}"
    return found


def written(values: Mapping[str, Any], folder: Path, cwd: Path) -> dict[str, Any]:
    """Values as they are written into a file in `folder`; their paths count from `cwd`."""
    told = dict(values)
    for name, value in _possible_paths(told):
        kind = _PATHS[name]
        bare = value.removeprefix(kind)
        there = Path(os.path.normpath(cwd / bare))
        if not bare.startswith("~") and (name in _FOLDERS or there.exists()):
            told[name] = kind + _relative(there, folder)
    return told


def change(path: Path, changes: Mapping[str, Any], check: Callable[[str], None]) -> None:
    """Set what `changes` names, and take out what is None in it; all else in the file stays.

    `check` is given the whole new text before it takes the place of the old one. The file is whole
    at any time, and processes that write at once do so one after another.

    Raises:
        UsageError: The file is no TOML, or `check` refuses what it would become.
        StorageError: It cannot be written.
    """
    path = path.resolve()  # what a link points to is written, and the link stays
    with _writing(path):
        text = _text(path) if path.exists() else ""
        text = _changed(text, changes, path)
        check(text)
        if path.exists() and not path.stat().st_mode & 0o222:
            raise PermissionError(13, "it is read-only", str(path))
        _replace(path, text)


def _changed(text: str, changes: Mapping[str, Any], path: Path) -> str:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(text)
    except TOMLKitError as error:
        raise _unreadable(path, error) from error
    for name, value in changes.items():
        if value is None:
            document.pop(name, None)
        elif name not in document or document[name] != value:
            document[name] = value
    return tomlkit.dumps(document)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Hold the file's lock, and tell what the disk refuses."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(path.with_name(_LOCK), timeout=_LOCK_SECONDS):
            yield
    except Timeout as error:
        raise StorageError(f"Another process is writing {path}", "Try again in a moment") from error
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written ({error.strerror or error})",
            "Give the right to write it and its folder, or set a variable instead: RAG_…",
        ) from error


def _replace(path: Path, text: str) -> None:
    """Write another file in the place of this one, with the rights that it had."""
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    write_whole(path, text.encode(), durable=True, mode=mode)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> UsageError:
    return UsageError(f"{path} cannot be read ({error})", "Mend it or remove it.")


def _possible_paths(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The settings among values that may be paths."""
    return [
        (name, value)
        for name, kind in _PATHS.items()
        if isinstance(value := values.get(name), str)
        and value.removeprefix(kind)
        and value.startswith(kind)
        and _ADDRESS not in value
        and (name, value) != ("embedder", _HASHED)
    ]


def _relative(path: Path, folder: Path) -> str:
    """A path as it is written in a file of the folder, with a slash on every system."""
    if not path.is_relative_to(folder):
        return str(path)
    text = path.relative_to(folder).as_posix()
    return f"./{text}" if text == _HASHED or text.startswith("~") else text
