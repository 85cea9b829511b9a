"""What a search costs from a thousand chunks to a million, beside langchain and bm25s.

    python benchmarks/search.py [--sizes 1000,10000] [--keep FOLDER] [--plot FILE]

For each size a folder of documents is made (see `shuffled.py`) and brought into a library by
`rag ingest`, as a user would; then each contender searches its chunks in a process of its own.
With --keep, text and libraries are left in a folder and found there the next time.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import shuffled
from measuring import environment, figures, machine, run, run_watched, table
from searchers import BM25S, LANGCHAIN, RAG, Told

if TYPE_CHECKING:
    from collections.abc import Sequence

ALL = (RAG, LANGCHAIN, BM25S)
SIZES = (1_000, 10_000, 100_000, 1_000_000)
_QUESTIONS = {RAG: 200, LANGCHAIN: 20, BM25S: 100}  # the slow ones are asked fewer
_COLD_RUNS = 5
_RAG = [sys.executable, "-m", "rag"]
_SEARCHER = str(Path(__file__).with_name("searchers.py"))
#: To reach at a million chunks, on two cores.
_P50, _P95, _RESIDENT, _COLD, _RECALL = 25.0, 60.0, 2000.0, 2.0, 0.97


@dataclass(frozen=True, slots=True)
class Built:
    """A library: seconds and most MB of its ingest (all processes at one moment), MB on disk."""

    seconds: float
    megabytes: float
    disk: float
    cold: float = 0.0


@dataclass(frozen=True, slots=True)
class Size:
    """What was measured at a size; a contender that did not come to its end has told nothing."""

    chunks: int
    built: Built
    told: dict[str, Told | None]


def main() -> int:
    """Measure, print, draw; 1 where a library could not be made or searched."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of chunks")
    parser.add_argument("--keep", type=Path, help="where text and libraries stay")
    parser.add_argument("--plot", type=Path, help="draw cost against size into this file")
    parser.add_argument("--limit", type=int, default=900, help="seconds a contender may take")
    parser.add_argument(
        "--others", type=int, default=100_000, help="chunks up to which the others take part"
    )
    args = parser.parse_args()
    sizes = [int(number) for number in args.sizes.split(",")]
    with tempfile.TemporaryDirectory(prefix="rag-bench-") as scratch:
        folder = args.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        measured = [
            _measure(
                folder.resolve(), chunks, ALL if chunks <= args.others else ALL[:1], args.limit
            )
            for chunks in sizes
        ]
    print(f"{machine()}; a contender that took more than {args.limit} s, or failed: –")
    print()
    print(_table(measured))
    print()
    print(_figures(measured[-1]))
    if args.plot:
        from plotting import draw

        draw([(size.chunks, size.built, size.told) for size in measured], args.plot)
    return 0 if all(size.told[RAG] for size in measured) else 1


def _measure(folder: Path, chunks: int, names: Sequence[str], limit: int) -> Size:
    work = folder / str(chunks)
    work.mkdir(exist_ok=True)
    (work / "rag.toml").touch()  # found first, so that no settings of the user count
    home = work / "home"
    env = environment(RAG_HOME=str(home), OMP_NUM_THREADS="2")
    built = build(work, home, chunks, env)
    questions = work / "questions.json"
    told: dict[str, Told | None] = {}
    for name in names:
        asked = shuffled.questions(chunks, _QUESTIONS[name])
        questions.write_text(json.dumps(asked), encoding="utf-8")
        told[name] = _search(name, home, questions, env, limit)
        print(f"{chunks} {name}: {told[name]}", file=sys.stderr)
    asks = [[*_RAG, "ask", question] for question in shuffled.questions(chunks, _COLD_RUNS)]
    cold = median(run(ask, cwd=work, env=env).seconds for ask in asks)
    return Size(chunks, Built(built.seconds, built.megabytes, built.disk, cold), told)


def build(work: Path, home: Path, chunks: int, env: dict[str, str]) -> Built:
    """The library, made now or kept from before with what was measured then."""
    kept = work / "built.json"
    if kept.exists():
        return Built(**json.loads(kept.read_text(encoding="utf-8")))
    shutil.rmtree(home, ignore_errors=True)
    text = work / "text"
    if not text.exists():
        shuffled.write(work / "text.part", chunks)
        (work / "text.part").rename(text)
    done = run_watched([*_RAG, "ingest", str(text)], cwd=work, env=env)
    if done.code:
        raise SystemExit(f"rag ingest failed: {done.err[-2000:]}")
    disk = sum(path.stat().st_size for path in home.rglob("*") if path.is_file()) / 1e6
    built = Built(done.seconds, done.together, disk)
    kept.write_text(json.dumps(asdict(built)), encoding="utf-8")
    return built


def _search(name: str, home: Path, questions: Path, env: dict[str, str], limit: int) -> Told | None:
    command = [sys.executable, _SEARCHER, name, str(home), "--questions", str(questions)]
    try:
        done = subprocess.run(
            command, cwd=home.parent, env=env, capture_output=True, text=True, timeout=limit
        )
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        return None
    return Told(**json.loads(done.stdout.splitlines()[-1]))


def _table(sizes: list[Size]) -> str:
    head = (
        *("chunks", "with", "build s", "build MB", "disk MB", "cold s"),
        *("p50 ms", "p95 ms", "cpu ms", "RSS MB", "PSS MB", "recall@10"),
    )
    rows = []
    for size in sizes:
        for name, told in size.told.items():
            mine = name == RAG
            build = size.built.seconds if mine else told and told.build
            most = size.built.megabytes if mine else told and told.peak
            disk, cold = (size.built.disk, size.built.cold) if mine else (None, None)
            measures: tuple[float | None, ...] = (None,) * 5
            if told:
                measures = (told.p50, told.p95, told.cpu, told.resident, told.share)
            found = "–" if not told or told.recall is None else f"{told.recall:.3f}"
            costs = [_number(value) for value in (build, most, disk, cold, *measures)]
            rows.append((f"{size.chunks:,}", name, *costs, found))
    return table(head, rows, words=2)


def _number(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _figures(size: Size) -> str:
    told = size.told[RAG]
    if told is None:
        return "rag itself was not measured"
    rows = [
        ("p50, ms", _P50, told.p50),
        ("p95, ms", _P95, told.p95),
        ("resident, MB", _RESIDENT, told.resident),
        ("cold rag ask, s", _COLD, size.built.cold),
    ]
    cells = [
        (f"{name}, {size.chunks:,} chunks", f"≤ {most:g}", _number(got), got <= most)
        for name, most, got in rows
    ]
    found = told.recall or 0.0
    cells.append(("recall@10 of the vectors", f"≥ {_RECALL}", f"{found:.3f}", found >= _RECALL))
    return figures(cells)


if __name__ == "__main__":
    sys.exit(main())
