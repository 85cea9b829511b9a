"""The address of a Milvus, and what may be set with it.

milvus:FOLDER.db                       Milvus Lite, in this process
milvus:http://HOST:19530/DATABASE      a server, or Milvus Lite's own
milvus:https://HOST/DATABASE?index=DISKANN&consistency=Strong&replicas=2&shards=4
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from rag.errors import UsageError

#: Indexes of vectors that may be asked for; "" is by size.
INDEXES = ("", "FLAT", "HNSW", "IVF_FLAT", "DISKANN", "AUTOINDEX")
#: How far readers may be behind the newest state; "" is what the number of replicas needs.
LEVELS = ("", "Strong", "Bounded", "Session", "Eventually")
_PORTS = {"http": 19530, "https": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a Milvus is: `uri` without its database, or `file` of Milvus Lite, and what is set."""

    uri: str = ""
    file: str = ""
    database: str = ""
    index: str = ""
    consistency: str = ""
    replicas: int = 1
    shards: int = 1

    def __str__(self) -> str:
        return self.file or (f"{self.uri}/{self.database}" if self.database else self.uri)

    def same(self, other: Address) -> bool:
        """Whether both are one place, whatever is set with it."""
        return (self.uri, self.file, self.database) == (other.uri, other.file, other.database)

    @property
    def endpoint(self) -> tuple[str, int]:
        """Host and port, as the client has them where no port is told; for one that has a `uri`."""
        parts = urlsplit(self.uri)
        return parts.hostname or "", parts.port or _PORTS[parts.scheme]

    @property
    def level(self) -> str:
        """The consistency level of searches.

        A publication waits until one replica has it, so that readers of that one see it at once;
        where there are several each search has to ask for the newest state.
        """
        return self.consistency or ("Strong" if self.replicas > 1 else "Bounded")


def address_of(told: str) -> Address:
    """The address that follows "milvus:". Raises UsageError for what is none."""
    if "://" not in told:
        if "?" in told:
            raise _wrong(told, "a file takes no options")
        return Address(file=told)
    try:
        parts = urlsplit(told)
        port = parts.port
    except ValueError as error:
        raise _wrong(told, str(error)) from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise _wrong(told, "it takes http://HOST:PORT or https://HOST:PORT")
    path = parts.path.strip("/")
    if "/" in path:
        raise _wrong(told, "after the host it has the name of one database")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    uri = f"{parts.scheme}://{host}" + (f":{port}" if port else "")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := options.keys() - {"index", "consistency", "replicas", "shards"}:
        raise _wrong(told, f"there is no option {', '.join(sorted(unknown))}")
    return Address(
        uri,
        database=path,
        index=_one_of(told, options.get("index", "").upper(), INDEXES),
        consistency=_one_of(told, options.get("consistency", "").capitalize(), LEVELS),
        replicas=_number(told, options.get("replicas", "1")),
        shards=_number(told, options.get("shards", "1")),
    )


def _one_of(told: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise _wrong(told, f"{value} is none of {', '.join(known[1:])}")
    return value


def _number(told: str, value: str) -> int:
    if not value.isdecimal() or not 1 <= int(value) <= 64:
        raise _wrong(told, f"{value} is no number from 1 to 64")
    return int(value)


def _wrong(told: str, reason: str) -> UsageError:
    return UsageError(
        f"{told} is no address of a Milvus: {reason}",
        "For example --store milvus:http://localhost:19530; see docs/milvus.md.",
    )
