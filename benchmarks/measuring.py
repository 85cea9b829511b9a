"""What the benchmarks share: child processes measured from outside, the machine, a table."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[1]
CORPORA = ROOT / "corpora"
_PROC = Path("/proc")
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes in a unit of ru_maxrss
_MEGABYTE = 1e6
_LOOK_EVERY = 0.05  # seconds between two looks at a child's processes


@dataclass(frozen=True, slots=True)
class Finished:
    """A child process that ended: exit code, wall seconds, peak memory in MB, what it wrote.

    The peak is never below that of the process that started it, so a benchmark keeps its own
    imports small.
    """

    code: int
    seconds: float
    megabytes: float
    out: str
    err: str


def environment(**more: str) -> dict[str, str]:
    """This process's environment, without settings of rag, and with the model hub shut off."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RAG_")}
    return {**kept, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "true", **more}


def run(command: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Finished:
    """Run a command to its end. The peak is that of the one process, or of a child it waited for.

    Output goes through files: a pipe would need a reader that takes time from what is measured.
    """
    return _measured(command, cwd, env, _wait)


def run_tree(command: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Finished:
    """Run a command to its end. The peak is the sum of the peaks of all of its processes.

    That is an upper bound: not all peak at once, and pages they share count for each. Where there
    is no /proc the peak is that of the largest process.
    """
    return _measured(command, cwd, env, _watch)


def _measured(
    command: Sequence[str],
    cwd: Path,
    env: Mapping[str, str],
    wait: Callable[[int], tuple[int, float]],
) -> Finished:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=cwd, env=dict(env), stdin=subprocess.DEVNULL, stdout=out, stderr=err
        )
        status, megabytes = wait(process.pid)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        texts = [stream.read().decode(errors="replace") for stream in (out, err)]
    return Finished(process.returncode, seconds, megabytes, *texts)


def _wait(pid: int) -> tuple[int, float]:
    """Exit status and peak of the process, or of its largest child."""
    _, status, usage = os.wait4(pid, 0)
    return status, usage.ru_maxrss * _RSS_UNIT / _MEGABYTE


def _watch(pid: int) -> tuple[int, float]:
    """Exit status and summed peaks of the process and all below it."""
    peaks: dict[int, float] = {}
    while True:
        for member in _tree(pid):
            peaks[member] = max(_peak(member), peaks.get(member, 0.0))
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if done:
            largest = usage.ru_maxrss * _RSS_UNIT / _MEGABYTE
            return status, max(largest, sum(peaks.values()))
        time.sleep(_LOOK_EVERY)


def _tree(pid: int) -> list[int]:
    """The process and its descendants, as far as the system tells."""
    found = [pid]
    for member in found:
        for listed in (_PROC / str(member) / "task").glob("*/children"):
            try:
                found += [int(child) for child in listed.read_text().split()]
            except OSError:  # it has ended meanwhile
                continue
    return found


def _peak(pid: int) -> float:
    """Peak resident MB of a living process; 0 where the system does not tell."""
    try:
        status = (_PROC / str(pid) / "status").read_text()
    except OSError:
        return 0.0
    kilobytes = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(kilobytes[0]) * 1024 / _MEGABYTE if kilobytes else 0.0


def machine() -> str:
    """One line about where the figures come from."""
    return (
        f"{os.cpu_count()} processors, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}"
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, words: int = 1) -> str:
    """A Markdown table: the first `words` columns to the left, the others to the right."""
    lines = [list(head), *(list(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    rule = ["-" * w if i < words else "-" * (w - 1) + ":" for i, w in enumerate(widths)]
    return "\n".join(
        "| " + " | ".join(_padded(line, widths, words)) + " |"
        for line in (lines[0], rule, *lines[1:])
    )


def _padded(cells: Sequence[str], widths: Sequence[int], words: int) -> list[str]:
    pairs = enumerate(zip(cells, widths, strict=True))
    return [cell.ljust(width) if i < words else cell.rjust(width) for i, (cell, width) in pairs]
