"""What `--engine` says: the processes of this machine, or a cluster."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.errors import UsageError

if TYPE_CHECKING:
    from rag.embed import Embedder, EncoderOptions
    from rag.plan import Engine

LOCAL, RAY = "local", "ray"
#: The Ray that runs on this machine, wherever its head is.
AUTO = "auto"
_CLIENT = "ray://"
_ADDRESS = re.compile(r"[\w.-]+:\d{1,5}|\[[0-9a-fA-F:]+\]:\d{1,5}")


def engine_of(
    setting: str, embedder: Embedder, options: EncoderOptions, workers: int
) -> Engine | None:
    """The engine that is set, to read files with; None for the processes of this machine.

    `embedder` is that of the library, loaded by `options`; `workers` are how many files are read
    at once in all. Raises UsageError for what is no engine; nothing is started yet.
    """
    address = address_of(setting)
    if address is None:
        return None
    from rag.cluster.reading import RayEngine

    return RayEngine(address, embedder, options, workers)


def address_of(setting: str) -> str | None:
    """The address of the cluster, "" for one of this machine alone; None where Ray is not set."""
    name, colon, address = setting.partition(":")
    if name == LOCAL and not colon:
        return None
    if name != RAY or (colon and not address):
        raise UsageError(
            f"There is no engine {setting}", "Give --engine local, ray, ray:auto or ray:HOST:PORT."
        )
    if address.startswith(_CLIENT):
        raise UsageError(
            f"{address} is an address for Ray's client, over which files cannot be sent",
            "Make this machine a node (ray start --address=HOST:6379 --num-cpus=0), then run rag"
            " ingest FOLDER --engine ray:auto",
        )
    if address and address != AUTO and not _ADDRESS.fullmatch(address):
        raise UsageError(
            f"{address} is no address of a Ray cluster", "Write it as ray:HOST:6379, or ray:auto."
        )
    return address
