"""How long `rag ask` takes from a cold start without a model, and how much memory.

    python benchmarks/ask.py [--runs N]

Every run is a whole process, from its start to its end, over a library made of corpora/ in a
temporary folder. Two processes that only import stand beside it. The runs go in rounds, one of
each, so that whatever else the machine does meets all alike; the first round is thrown away.
Exits with 1 where an answer is not of the kind expected, or torch or transformers was imported.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from measuring import CORPORA, Finished, environment, machine, run, table

SECONDS = 0.8
MEGABYTES = 200
_RAG = [sys.executable, "-m", "rag"]
_UNWANTED = ("torch", "transformers")
_MARK = "import time:"  # what -X importtime begins a line with
_BARE = 'python -c "import numpy, faiss"'


@dataclass(frozen=True, slots=True)
class Contender:
    """A command under its name, and the exit code it must end with."""

    name: str
    command: list[str]
    code: int = 0


ASKED = (
    Contender("a fact", [*_RAG, "ask", "Сколько дней отпуска переносится?"]),
    Contender("promises", [*_RAG, "ask", "кто что обещал на встрече"]),
    Contender("a refusal", [*_RAG, "ask", "Какой пароль от сети на складе в Казани?"], code=3),
)
YARDSTICKS = (
    Contender(_BARE, [sys.executable, "-c", "import numpy, faiss"]),
    Contender("python -c pass", [sys.executable, "-c", "pass"]),
)


def main() -> int:
    """Measure, print, and tell whether all was as it should be."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=10, help="measured runs of each (default: 10)")
    runs = max(parser.parse_args().runs, 1)
    with tempfile.TemporaryDirectory(prefix="rag-bench-") as scratch:
        folder = Path(scratch)
        (folder / "rag.toml").touch()  # found first, so that no settings of the user count
        env = environment(RAG_HOME=str(folder / "home"))
        made = run([*_RAG, "ingest", str(CORPORA)], cwd=folder, env=env)
        if made.code:
            print(made.err, file=sys.stderr)
            return 1
        rounds = [_round(folder, env) for _ in range(runs + 1)][1:]
        imported = {c.name: _unwanted(c, folder, env) for c in ASKED}
    _print(rounds)
    problems = _problems(rounds, imported)
    for problem in problems:
        print(f"FAILED: {problem}")
    if not problems:
        print("Neither torch nor transformers was imported (python -X importtime -m rag ask …).")
    return 1 if problems else 0


def _round(folder: Path, env: dict[str, str]) -> dict[str, Finished]:
    return {c.name: run(c.command, cwd=folder, env=env) for c in (*ASKED, *YARDSTICKS)}


def _unwanted(contender: Contender, folder: Path, env: dict[str, str]) -> list[str]:
    """Which of the heavy packages a run of the command imports."""
    python, *rest = contender.command
    told = run([python, "-X", "importtime", *rest], cwd=folder, env=env).err
    modules = {line.rpartition("|")[2].strip() for line in told.splitlines() if _MARK in line}
    if "rag.cli" not in modules:
        raise RuntimeError(f"the list of imports cannot be read: {told[-500:]}")
    return sorted(modules & set(_UNWANTED))


def _print(rounds: list[dict[str, Finished]]) -> None:
    bare = median(finished[_BARE].seconds for finished in rounds)
    rows = []
    for contender in (*ASKED, *YARDSTICKS):
        seconds = [finished[contender.name].seconds for finished in rounds]
        megabytes = max(finished[contender.name].megabytes for finished in rounds)
        middle = median(seconds)
        within = "yes" if middle <= SECONDS and megabytes <= MEGABYTES else "NO"
        rows.append(
            (
                contender.name,
                f"{middle:.2f}",
                f"{min(seconds):.2f}–{max(seconds):.2f}",
                f"{middle / bare:.1f}",
                f"{megabytes:.0f}",
                within if contender in ASKED else "",
            )
        )
    print(f"Cold rag ask without a model, whole process; {machine()}; {len(rounds)} runs of each")
    print()
    print(table(("run", "median s", "range s", "ratio", "peak MB", "within"), rows))
    print()
    print(f"ratio: of the medians, to {_BARE}.")
    print(f"within: at most {SECONDS} s and {MEGABYTES} MB.")


def _problems(rounds: list[dict[str, Finished]], imported: dict[str, list[str]]) -> list[str]:
    """What must not be: another exit code than expected, or a heavy import."""
    codes = [
        f"{c.name}: exit code {finished[c.name].code}, expected {c.code}"
        for c in (*ASKED, *YARDSTICKS)
        for finished in rounds
        if finished[c.name].code != c.code
    ]
    heavy = [f"{name}: imported {', '.join(found)}" for name, found in imported.items() if found]
    return [*dict.fromkeys(codes), *heavy]


if __name__ == "__main__":
    sys.exit(main())
