"""Gives every reader mutated files for a bounded time and reports what should not be.

    python -m fuzz.run [--seconds N] [--runs N] [--seed N] [--only SUFFIX ...]
    python -m fuzz.run --again FILE ...

The inputs follow from the seed: the same seed gives every reader the same ones in the same order,
however many the time allows. Inputs that show a fault are kept in fuzz/findings/ with what was
seen beside them; --again reads such files once more. Exits with 1 where there is a fault.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fuzz.child import PATIENCE
from fuzz.invariants import Fault, look, whence
from fuzz.targets import Target, options_for, targets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[1]
FINDINGS = ROOT / "fuzz" / "findings"
_ENDLESS = 10**9  # runs, where the time is the bound
_FRAME = re.compile(r'^\s+File "(.+)", line (\d+)', re.MULTILINE)
_HANG = "Timeout ("  # what faulthandler begins with where the time is up


@dataclass(slots=True)
class Outcome:
    """What came of a target: how many inputs were read, the slowest one, its faults by kind."""

    target: Target
    runs: int = 0
    read: int = 0
    slowest: float = 0.0
    slow: Path | None = None
    faults: dict[str, Path] = field(default_factory=dict)
    again: int = 0

    def found(self, fault: Fault, name: str, data: bytes) -> None:
        """Keep the first input of every kind of fault."""
        if fault.kind in self.faults:
            self.again += 1
        else:
            self.faults[fault.kind] = _kept(fault, name, data)


def main() -> int:
    """Run all targets, print a table and every kind of fault once."""
    args = _arguments()
    if args.again:
        return _again(args.again)
    chosen = targets(args.only)
    if not chosen:
        print(f"no reader knows {', '.join(args.only)}")
        return 2
    seconds = max(1.0, args.seconds * args.jobs / len(chosen)) if args.runs is None else 0.0
    with ThreadPoolExecutor(args.jobs) as pool:
        outcomes = list(
            pool.map(lambda target: _fuzz(target, args.seed, args.runs, seconds), chosen)
        )
    _print(outcomes)
    return 1 if any(outcome.faults for outcome in outcomes) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--seconds", type=float, default=60.0, help="for all together (default: 60)"
    )
    parser.add_argument("--runs", type=int, help="inputs a reader, instead of a time")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", nargs="+", metavar="SUFFIX", default=[])
    parser.add_argument("--again", nargs="+", type=Path, metavar="FILE")
    return parser.parse_args()


def _fuzz(target: Target, seed: int, runs: int | None, seconds: float) -> Outcome:
    """Give a target inputs; a process that ends with one is replaced for the next."""
    outcome = Outcome(target)
    until = time.monotonic() + seconds
    first, most = 0, _ENDLESS if runs is None else runs
    with tempfile.TemporaryDirectory(prefix="rag-fuzz-") as folder:
        while first < most and (runs is not None or time.monotonic() < until or not first):
            left = _ENDLESS if runs is not None else max(1, round(until - time.monotonic()))
            first = _batch(outcome, seed, first, most - first, left, Path(folder))
    return outcome


def _batch(outcome: Outcome, seed: int, first: int, runs: int, seconds: int, folder: Path) -> int:
    """Run one process until it ends; gives the number of the next input."""
    suffix = outcome.target.suffixes[0]
    given = [suffix, *map(str, (seed, first, runs, seconds)), str(folder)]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "fuzz.child", *given],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=err,
            text=True,
        )
        assert process.stdout is not None
        open_case: dict[str, Any] = {}
        for line in process.stdout:
            told = json.loads(line)
            first = told["number"] + 1
            if "seconds" in told:
                _count(outcome, open_case["name"], told)
                open_case = {}
            else:
                open_case = told
        status = process.wait()
        if status == 0:
            return _ENDLESS
        err.seek(0)
        complaint = err.read()
    if not open_case:
        raise SystemExit(f"the process for {suffix} failed by itself:\n{complaint}")
    file = folder / open_case["name"]
    outcome.runs += 1
    outcome.found(_ended(status, complaint), file.name, file.read_bytes())
    return first


def _count(outcome: Outcome, name: str, told: dict[str, Any]) -> None:
    outcome.runs += 1
    outcome.read += told["documents"] > 0
    if told["seconds"] > outcome.slowest:
        outcome.slowest = told["seconds"]
        if "data" in told and not told["faults"]:
            slow = Fault("slow", f"{outcome.slowest:.1f} s")
            outcome.slow = _kept(slow, name, bytes.fromhex(told["data"]))
    for fault in told["faults"]:
        outcome.found(Fault(**fault), name, bytes.fromhex(told["data"]))


def _ended(status: int, complaint: str) -> Fault:
    """The fault of an input that its process did not outlive, told by where it was."""
    place = whence([(path, int(line)) for path, line in _FRAME.findall(complaint)])
    if _HANG in complaint:
        return Fault(f"hangs at {place}", f"more than {PATIENCE} s\n{complaint}")
    return Fault(f"crashes ({status}) at {place}", complaint)


def _kept(fault: Fault, name: str, data: bytes) -> Path:
    """Where an input lies from now on, with what was seen beside it."""
    FINDINGS.mkdir(exist_ok=True)
    digest = hashlib.sha256(data).hexdigest()[:12]
    file = FINDINGS / f"{digest}{Path(name).suffix}"
    file.write_bytes(data)
    file.with_name(f"{file.name}.seen").write_text(f"{fault.kind}\n\n{fault.detail}", "utf-8")
    return file


def _again(files: Sequence[Path]) -> int:
    """Read kept inputs in this process and print what is seen now."""
    bad = 0
    for file in files:
        seen = look(file.read_bytes(), file.name, options_for(file.name))
        print(f"{file}: {seen.documents} documents, {seen.refused} reasons")
        for fault in seen.faults:
            print(f"  {fault.kind}\n{fault.detail}")
        bad += bool(seen.faults)
    return 1 if bad else 0


def _print(outcomes: Sequence[Outcome]) -> None:
    width = max(len(outcome.target.name) for outcome in outcomes)
    print(f"{'reader':{width}} {'runs':>7} {'read':>7} {'slowest':>8} {'faults':>7}")
    for outcome in outcomes:
        print(
            f"{outcome.target.name:{width}} {outcome.runs:>7} {outcome.read:>7} "
            f"{outcome.slowest:>6.2f} s {len(outcome.faults):>7}"
        )
    for line in _findings(outcomes):
        print(line)


def _findings(outcomes: Sequence[Outcome]) -> Iterator[str]:
    for outcome in outcomes:
        if outcome.slow:
            yield f"slow {outcome.target.name}: {outcome.slow.relative_to(ROOT)}"
        for kind, file in outcome.faults.items():
            yield f"FAILED {outcome.target.name}: {kind}\n  {file.relative_to(ROOT)}"
    again = sum(outcome.again for outcome in outcomes)
    if again:
        yield f"{again} more inputs showed a fault of a kind already listed."


if __name__ == "__main__":
    sys.exit(main())
