"""Where the parts of a library are, when not all of them lie in its folder.

`store.json` in the folder says so. It is written when the library is made, and read by whoever
opens it, so that no command but the first needs to be told. It holds no secret: tokens and
passwords come from the environment of whoever opens the library.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import LibraryCorrupt, UsageError
from rag.store.place import NEW, storage_error
from rag.whole import write_whole

if TYPE_CHECKING:
    from rag.store.place import LibraryPaths

#: What both parts are called when they lie in the folder: words and vectors, and the catalogue.
EMBEDDED = "embedded"
_MILVUS = "milvus:"
_POSTGRES = ("postgresql://", "postgres://")
#: A password or a token in an address; one may hold a slash.
_SECRET = re.compile(r"//[^:/@]*:[^@]*@|password=|token=")


@dataclass(frozen=True, slots=True)
class Where:
    """Where chunks, words and vectors are (`store`), and the catalogue; "" is not told.

    `store` is "embedded" or "milvus:URI", `catalogue` is "embedded" or "postgresql://…".
    """

    store: str = ""
    catalogue: str = ""

    @property
    def milvus(self) -> str:
        """The address of Milvus, or the file of Milvus Lite; "" where the store is another."""
        return self.store.removeprefix(_MILVUS) if self.store.startswith(_MILVUS) else ""

    @property
    def postgres(self) -> str:
        """The address of the database; "" where the catalogue is a file."""
        return self.catalogue if self.catalogue.startswith(_POSTGRES) else ""


#: All of it lies in the folder.
HERE = Where(EMBEDDED, EMBEDDED)


def wanted(store: str, catalogue: str) -> Where:
    """What is set, checked, a file by its whole path.

    Raises UsageError for what is no place, or holds a password.
    """
    for option, value, known in (
        ("--store", store, (_MILVUS,)),
        ("--catalogue", catalogue, _POSTGRES),
    ):
        if value in ("", EMBEDDED):
            continue
        if _SECRET.search(value):
            raise UsageError(
                f"The address given to {option} holds a password",
                "Leave it out. Set RAG_STORE_TOKEN=user:password for Milvus;"
                " PGPASSWORD or ~/.pgpass for PostgreSQL.",
            )
        if not value.startswith(known) or value in known:
            forms = (
                "embedded or milvus:URI" if option == "--store" else "embedded or postgresql://…"
            )
            raise UsageError(f"{option} takes {forms}, not {value}", "See docs/scale.md.")
    return Where(_absolute(store), catalogue)


def _absolute(store: str) -> str:
    """A store that any command finds, from whatever folder it is typed in.

    Raises UsageError for what is no address of a Milvus.
    """
    told = Where(store).milvus
    if not told:
        return store
    from rag.store.milvus.address import address_of

    file = address_of(told).file
    return f"{_MILVUS}{Path(file).expanduser().absolute()}" if file else store


def where(paths: LibraryPaths) -> Where:
    """Where the parts of the library at `paths` are. Raises LibraryCorrupt for a damaged note."""
    file = paths.note
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        return Where(str(told["store"]), str(told["catalogue"]))
    except FileNotFoundError:
        return HERE
    except (ValueError, KeyError, TypeError) as error:
        raise LibraryCorrupt(
            f"{file} does not tell where the library is ({error})",
            "Your documents are untouched. Make the library anew: rag ingest FOLDER --fresh",
        ) from error
    except OSError as error:
        raise storage_error(error, paths.folder) from error


def settle(paths: LibraryPaths, asked: Where) -> Where:
    """Where the library at `paths` is, or is to be: as it is noted, else as `asked`, noted now.

    The caller holds the library's lock. Raises UsageError where another place is asked for than
    the one the library has.
    """
    if paths.note.exists() or paths.catalogue.exists():
        found = where(paths)
        for option, one, other in (
            ("--store", found.store, asked.store),
            ("--catalogue", found.catalogue, asked.catalogue),
        ):
            if other and not is_same(one, other):
                raise UsageError(
                    f"The library at {paths.folder} has its {option[2:]} at {one}, not at {other}",
                    f"Leave {option} out; or make the library anew there: rag ingest FOLDER"
                    f" --fresh {option} {other}; or move it: rag export, rag import",
                )
        return found
    found = Where(asked.store or EMBEDDED, _named(paths, asked) or EMBEDDED)
    if found != HERE:
        write_note(paths, found)
    return found


def write_note(paths: LibraryPaths, found: Where) -> None:
    """Note where the parts of a library are."""
    note = json.dumps(asdict(found), ensure_ascii=False, indent=1) + "\n"
    write_whole(paths.note, note.encode())


def _named(paths: LibraryPaths, asked: Where) -> str:
    """The place of the catalogue with the name of the library in it, whatever the folder's is."""
    if not asked.postgres:
        return asked.catalogue
    from rag.store.postgres.address import aside, parsed

    address = parsed(asked.postgres, paths.collection)
    return str(aside(address) if paths.collection.endswith(NEW) else address)


def is_same(one: str, other: str) -> bool:
    """Whether two addresses are of one place: a Milvus, or a database and a library if the second
    tells which.
    """
    if one == other:
        return True
    if Where(one).milvus and Where(other).milvus:
        from rag.store.milvus.address import address_of as milvus

        return milvus(Where(one).milvus).same(milvus(Where(other).milvus))
    if not one.startswith(_POSTGRES) or not other.startswith(_POSTGRES):
        return False
    from rag.store.postgres.address import parsed

    held = parsed(one, "")
    return held == parsed(other, held.library)
