"""Ray started on this machine, or joined; and who its nodes are.

Ray has many ways to wait for minutes and to talk while it does: an address is tried first, in a
process that can be ended, and what Ray writes stays in its own files.
"""

from __future__ import annotations

import atexit
import hashlib
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any

from rag import config
from rag.cluster.engines import AUTO
from rag.errors import RagError, UsageError
from rag.workers.pool import processes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

log = logging.getLogger(__name__)

#: Seconds for a connection to the head of a cluster, and for its first answer.
_CONNECT, _ANSWER = 5.0, 20.0
#: Seconds for all nodes to say who they are.
_LOOK = 60.0
_SAMPLE_BYTES = 1 << 16
#: Of the token without which nobody can use a Ray that was started here.
_TOKEN_BYTES = 32
#: Asks a head who it is. Ray itself asks for minutes, and cannot be told to stop; where a version
#: of it has other names for this, it is left to Ray.
_ASK = """
import sys
try:
    from ray._private.services import canonicalize_bootstrap_address as settled
    from ray._raylet import GcsClient
except ImportError:
    sys.exit()
GcsClient(address=settled(sys.argv[1]))
"""
_START = "Start one on this machine: ray start --head. Or leave the address out: --engine ray"
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # it would tell its makers
    "RAY_TQDM": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}


class HeadGone(RagError):
    """The head of a cluster does not answer any more."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Ray as it was found: how many files are read in it at once.

    `here` is the resource that stands for the node on this machine.
    """

    slots: int
    here: str


def installed() -> Any:
    """Ray. Raises UsageError where it is not installed."""
    config.preset(**_QUIET)
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise UsageError(
            f"The engine ray needs {error.name}, which is not installed", "pip install 'rag[ray]'"
        ) from error
    for name in ("ray", "ray.data"):  # what it has to say it says in errors
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return ray


@contextmanager
def joined(address: str, workers: int) -> Iterator[Cluster]:
    """Ray at an address, "" for one of this machine; what was started here ends here.

    Raises UsageError where Ray is not installed, RagError where no cluster can be joined.
    """
    told: dict[str, Any] = {"log_to_driver": False, "logging_level": "CRITICAL"}
    if not address and "ray" not in sys.modules:  # its ports are open to the network
        config.preset(RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=secrets.token_hex(_TOKEN_BYTES))
    with _asked(address):
        ray = installed()
    if ray.is_initialized():  # a program of its own, that has Ray already
        yield _cluster(ray, workers)
        return
    if address:
        told["address"] = address
    else:
        count = processes(workers)
        told |= {"address": "local", "num_cpus": count, "include_dashboard": False}
    before = signal.getsignal(signal.SIGTERM)
    _hush()
    try:
        try:
            ray.init(**told)
        except (Exception, SystemExit) as error:
            raise _unjoined(address, error) from error
        yield _cluster(ray, workers)
    except HeadGone:  # to part from it Ray would wait for it, as it would at the end of all
        atexit.register(_leave)
        raise
    except BaseException:
        ray.shutdown()
        raise
    else:
        ray.shutdown()
    finally:
        if current_thread() is main_thread():
            signal.signal(signal.SIGTERM, before)


def _leave() -> None:
    """End this process, which has told why, before what Ray has to do at its end."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)


def _hush() -> None:
    """Keep news of nodes that die off standard output, where Ray prints it whatever it is told."""
    worker = import_module("ray._private.worker")
    if hasattr(worker, "print_to_stdstream"):
        vars(worker)["print_to_stdstream"] = lambda *_, **__: None


def _cluster(ray: Any, workers: int) -> Cluster:
    slots = int(ray.cluster_resources().get("CPU", 0))
    if slots < 1:
        raise RagError(
            "The Ray cluster has no processor to read files with",
            "Add a node to it: ray start --address=HOST:PORT",
        )
    if ray.available_resources().get("CPU", 0) < 1:
        log.warning("All processors of the Ray cluster are busy: waiting for the first free one")
    own = ray.get_runtime_context().get_node_id()
    address = next(n["NodeManagerAddress"] for n in ray.nodes() if n["NodeID"] == own)
    return Cluster(min(workers or slots, slots), f"node:{address}")


@contextmanager
def _asked(address: str) -> Iterator[None]:
    """Raise RagError unless the head of a cluster answers at an address, if there is one.

    It is asked beside what the caller does meanwhile, such as importing Ray.
    """
    if not address:
        yield
        return
    if address != AUTO:
        host, _, port = address.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), _CONNECT).close()
        except (OSError, OverflowError) as error:
            raise _unjoined(address, error) from error
    command = [sys.executable, "-c", _ASK, address]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as asking:
        try:
            yield
            _, said = asking.communicate(timeout=_ANSWER)
        except subprocess.TimeoutExpired as error:
            raise _unjoined(address, error) from error
        finally:
            asking.kill()
    if asking.returncode:
        lines = said.decode(errors="replace").strip().splitlines() or ["without a word"]
        raise _unjoined(address, RuntimeError(lines[-1]))


def _unjoined(address: str, error: BaseException) -> RagError:
    if not address:
        return RagError(
            f"Ray could not be started here: {_first_line(error)}",
            "Try it by itself: ray start --head",
        )
    if address == AUTO:
        return RagError("No Ray cluster is running on this machine", _START)
    if isinstance(error, subprocess.TimeoutExpired):
        return RagError(
            f"What listens at {address} is no head of a Ray cluster",
            "The port is that of ray start --head (6379 if none was named), not 8265 or 10001.",
        )
    said = _first_line(error)
    return RagError(f"No Ray cluster can be joined at {address}: {said}", _START)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def sees_all(versions: Sequence[str], files: Sequence[Path]) -> bool:
    """Whether every node sees the same files as this machine; each is asked who it is.

    Raises RagError where a node lacks this program, or has another version.
    """
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    from rag.cluster import look

    ray = installed()
    ray.cloudpickle.register_pickle_by_value(look)
    try:
        ask = ray.remote(num_cpus=0)(look.look)
        nodes = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU")]
        samples = [sample for file in files if (sample := _sample(file))]
        asked = {
            ask.options(
                scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
            ).remote(samples): node
            for node in nodes
        }
        seen = True
        for reference, node in asked.items():
            found = _answer(ray, reference, node["NodeManagerAddress"], versions)
            seen = seen and found
        return seen
    finally:
        ray.cloudpickle.unregister_pickle_by_value(look)


def _answer(ray: Any, reference: Any, address: str, versions: Sequence[str]) -> bool:
    """Whether a node sees the files. Raises RagError where it cannot work with this program."""
    try:
        found = ray.get(reference, timeout=_LOOK)
    except ray.exceptions.NodeDiedError:
        return True  # gone since it was listed
    except ray.exceptions.RayError as error:
        raise RagError(
            f"The node {address} does not answer: {_first_line(error)}",
            "Look at it with ray status; stop it with ray stop, or start it anew.",
        ) from error
    if "missing" in found:
        raise RagError(
            f"The node {address} cannot import rag: {found['missing']}", _install(versions)
        )
    if found["versions"] != [*versions]:
        has, wanted = (
            "{} (readers {}, chunker {})".format(*v) for v in (found["versions"], versions)
        )
        raise RagError(
            f"The node {address} has version {has} of rag, this is {wanted}", _install(versions)
        )
    return bool(found["seen"])


def _install(versions: Sequence[str]) -> str:
    return f"Install there what is here, pip install 'rag[ray]=={versions[0]}', and start it anew."


def _sample(file: Path) -> tuple[bytes, int, str] | None:
    try:
        with file.open("rb") as source:
            head = hashlib.sha256(source.read(_SAMPLE_BYTES)).hexdigest()
        return bytes(file), file.stat().st_size, head
    except OSError:
        return None
