"""What it costs to move a library: exported, and imported into another one.

    python benchmarks/moving.py [--chunks 100000] [--keep FOLDER] [--store milvus:URI]

The library is made by `rag ingest` of a folder of documents (see `shuffled.py`), as that of
`search.py` is; then it is exported and imported by the commands, and asked the same questions as
before. With --keep, text and library are left in a folder and found there the next time.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shuffled
from measuring import environment, figures, machine, run, run_tree, table
from search import build

if TYPE_CHECKING:
    from collections.abc import Sequence

_RAG = [sys.executable, "-m", "rag"]
_ASK = """
import json, sys
from pathlib import Path
from rag.app import App
from rag.config import Settings
home, count, questions = sys.argv[1:]
app = App(Settings(), Path(home))
found = [app.search(question, k=int(count)).passages for question in json.loads(questions)]
print(json.dumps([[passage.chunk.id for passage in each] for each in found]))
"""
_CHUNKS, _QUESTIONS, _RESULTS = 100_000, 20, 10
_SECONDS = 60.0  # for 100,000 chunks, there and back


@dataclass(frozen=True, slots=True)
class Step:
    """A command that was measured: its wall seconds, its own count, MB of all its processes."""

    name: str
    seconds: float
    megabytes: float
    told: dict[str, Any]


def main() -> int:
    """Measure and print; 1 where the figure is missed, or other passages are found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--chunks", type=int, default=_CHUNKS, help="chunks of the library")
    parser.add_argument("--keep", type=Path, help="where text and library stay")
    parser.add_argument("--store", default="", help="also import into this store")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rag-bench-") as scratch:
        work = (args.keep or Path(scratch)).resolve() / str(args.chunks)
        work.mkdir(parents=True, exist_ok=True)
        return _measure(work, args.chunks, args.store)


def _measure(work: Path, chunks: int, store: str) -> int:
    (work / "rag.toml").touch()  # found first, so that no settings of the user count
    home, out = work / "home", work / "exported"
    env = environment(OMP_NUM_THREADS="2")
    build(work, home, chunks, environment(RAG_HOME=str(home), OMP_NUM_THREADS="2"))
    shutil.rmtree(out, ignore_errors=True)
    steps = [_step("export", ["export", str(out), "--home", str(home)], work, env)]
    targets = {"import": [], **({"import into Milvus": ["--store", store]} if store else {})}
    same = []
    for name, more in targets.items():
        new = work / name.replace(" ", "-")
        shutil.rmtree(new, ignore_errors=True)
        arguments = ["import", str(out), "--home", str(new), *more]
        steps.append(_step(name, arguments, work, env))
        same.append((name, _same(chunks, home, new, work, env)))
    print(machine())
    print()
    print(_table(steps))
    print()
    seconds = steps[0].seconds + steps[1].seconds
    rows = [
        (
            f"export and import of {chunks:,} chunks, s",
            f"≤ {_SECONDS:g}",
            f"{seconds:.1f}",
            seconds <= _SECONDS,
        )
    ]
    for name, count in same:
        told = f"{name}: questions with the same {_RESULTS} passages"
        rows.append((told, f"{_QUESTIONS}", f"{count}", count == _QUESTIONS))
    print(figures(rows))
    return 0 if all(met for *_, met in rows) else 1


def _step(name: str, arguments: Sequence[str], work: Path, env: dict[str, str]) -> Step:
    done = run_tree([*_RAG, *arguments, "--json"], cwd=work, env=env)
    if done.code:
        raise SystemExit(f"rag {name} failed: {done.err[-2000:]}")
    return Step(name, done.seconds, done.megabytes, json.loads(done.out))


def _same(chunks: int, old: Path, new: Path, work: Path, env: dict[str, str]) -> int:
    """How many questions find the same passages in both."""
    questions = json.dumps(shuffled.questions(chunks, _QUESTIONS))

    def found(home: Path) -> list[list[str]]:
        asked = [sys.executable, "-c", _ASK, str(home), str(_RESULTS), questions]
        done = run(asked, cwd=work, env=env)
        if done.code:
            raise SystemExit(f"the library at {home} was not searched: {done.err[-2000:]}")
        told: list[list[str]] = json.loads(done.out)
        return told

    pairs = zip(found(old), found(new), strict=True)
    return sum(set(before) == set(after) for before, after in pairs)


def _table(steps: Sequence[Step]) -> str:
    head = ("step", "s", "MB of memory", "MB of files", "chunks", "chunks a second")
    rows = [
        (
            *(step.name, f"{step.seconds:.1f}", f"{step.megabytes:,.0f}"),
            *(f"{step.told['size'] / 1e6:,.0f}", f"{step.told['chunks']:,}"),
            f"{step.told['chunks'] / step.seconds:,.0f}",
        )
        for step in steps
    ]
    return table(head, rows)


if __name__ == "__main__":
    sys.exit(main())
