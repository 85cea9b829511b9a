"""What the benchmarks share: child processes measured from outside, the machine, a table."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[1]
CORPORA = ROOT / "corpora"
_PROC = Path("/proc")
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes in a unit of ru_maxrss
_MEGABYTE = 1e6
_QUIET = {
    "HF_HUB_OFFLINE": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "TOKENIZERS_PARALLELISM": "true",
}
_LOOK_EVERY = 0.05  # seconds between two looks at a child's processes
_SHARES_EVERY = 0.25  # seconds between two looks at how they share memory, which costs them time


@dataclass(frozen=True, slots=True)
class Finished:
    """A child process that ended: exit code, wall seconds, peak memory in MB, what it wrote.

    The peak is never below that of the process that started it, so a benchmark keeps its own
    imports small. `together` is the most MB that all its processes held at one moment, where that
    was watched.
    """

    code: int
    seconds: float
    megabytes: float
    out: str
    err: str
    together: float = 0.0


def environment(**more: str) -> dict[str, str]:
    """This process's environment, without settings of rag, and with nothing that calls home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RAG_")}
    return {**kept, **_QUIET, **more}


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
    return _measured(command, cwd, env, partial(_watch, shares=False))


def run_watched(command: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Finished:
    """As `run_tree`, and `together` is watched as well: four times a second, on Linux.

    A page that several processes share counts once in it. Looking takes time from the processes.
    """
    return _measured(command, cwd, env, partial(_watch, shares=True))


def _measured(
    command: Sequence[str],
    cwd: Path,
    env: Mapping[str, str],
    wait: Callable[[int], tuple[int, float, float]],
) -> Finished:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=cwd, env=dict(env), stdin=subprocess.DEVNULL, stdout=out, stderr=err
        )
        status, megabytes, together = wait(process.pid)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        told, complained = (stream.read().decode(errors="replace") for stream in (out, err))
    return Finished(process.returncode, seconds, megabytes, told, complained, together)


def _wait(pid: int) -> tuple[int, float, float]:
    """Exit status and peak of the process, or of its largest child."""
    _, status, usage = os.wait4(pid, 0)
    return status, usage.ru_maxrss * _RSS_UNIT / _MEGABYTE, 0.0


def _watch(pid: int, *, shares: bool) -> tuple[int, float, float]:
    """Exit status, summed peaks of the process and all below it, most they held at one moment."""
    peaks: dict[int, float] = {}
    together, next_look = 0.0, 0.0
    while True:
        members = tree(pid)
        for member in members:
            peaks[member] = max(memory_of(member, "status", "VmHWM"), peaks.get(member, 0.0))
        if shares and time.monotonic() >= next_look:
            held = sum(memory_of(member, "smaps_rollup", "Pss") for member in members)
            together = max(together, held)
            next_look = time.monotonic() + _SHARES_EVERY
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if done:
            largest = usage.ru_maxrss * _RSS_UNIT / _MEGABYTE
            return status, max(largest, sum(peaks.values())), together
        time.sleep(_LOOK_EVERY)


def tree(pid: int) -> list[int]:
    """The process and its descendants, as far as the system tells."""
    found = [pid]
    for member in found:
        for listed in (_PROC / str(member) / "task").glob("*/children"):
            try:
                found += [int(child) for child in listed.read_text().split()]
            except OSError:  # it has ended meanwhile
                continue
    return found


def memory_of(pid: int, file: str, name: str) -> float:
    """MB that the system tells of a living process under a name; 0 where it does not."""
    try:
        lines = (_PROC / str(pid) / file).read_text().splitlines()
    except OSError:
        return 0.0
    kilobytes = [line.split()[1] for line in lines if line.startswith(f"{name}:")]
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


def figures(rows: Iterable[tuple[str, str, str, bool]]) -> str:
    """A Markdown table of figures to reach: what, the target, what was measured, whether met."""
    cells = [(name, target, got, "yes" if met else "NO") for name, target, got, met in rows]
    return table(("figure", "target", "measured", "met"), cells)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0
