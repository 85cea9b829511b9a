"""Milvus beside the embedded store: the same chunks, the same questions, in turns.

    python benchmarks/stores.py [--sizes 10000,100000] [--sets xquad-ru,...] [--keep FOLDER]

For each size a folder is made (see `shuffled.py`) and brought into a library by `rag ingest`; for
each question set that lies beside the project its documents are. A second library of the same
catalogue has its words and vectors in Milvus: at a server of Milvus Lite that is started for it,
the compiled one or that in Python (see `milvus_server.py`), or at --uri. Each question is put to
both, one after the other. Three tables: what a search takes, whether the ten best passages are the
same, and what building and keeping either takes.
"""

from __future__ import annotations

import argparse
import gc
import json
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import shuffled
from agreement import Same, same
from measuring import ROOT, environment, figures, machine, run, table
from milvus_server import CORE, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rag.types import Passage

SIZES = (10_000, 100_000)
SETS = ("xquad-ru", "xquad-en", "refusal-ru", "squad2-en", "qmsum-val", "mmlongbench-text")
_K = 10
_DEPTH = 50  # hits that a retrieval takes from each search
_WARM = 3  # questions asked before the clock runs; the first of them is timed for itself
_RATIO = 3.0  # to reach: times the embedded store's latency
_RAG = [sys.executable, "-m", "rag"]
COMPILED, PYTHON = "compiled", "python"


@dataclass(frozen=True, slots=True)
class Built:
    """What a store took: seconds to derive it from a catalogue, MB on the disk."""

    seconds: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Pace:
    """Milliseconds of one kind of search: median and 95th percentile of either store."""

    here: tuple[float, float]
    there: tuple[float, float]

    @property
    def ratio(self) -> float:
        """How many times as long the median of Milvus is."""
        return self.there[0] / self.here[0]


@dataclass(frozen=True, slots=True)
class Place:
    """The two homes of a set of documents, and the Milvus of the second."""

    work: Path
    uri: str
    data: Path | None
    server: str

    @property
    def here(self) -> Path:
        """Home of the embedded library."""
        return self.work / "home"

    @property
    def there(self) -> Path:
        """Home of the library in Milvus."""
        return self.work / f"milvus-{self.server}"


def main() -> int:
    """Measure and print; 1 where a library could not be made."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="chunks; none for none")
    parser.add_argument("--sets", default=",".join(SETS), help="question sets; none for none")
    parser.add_argument("--eval", type=Path, default=ROOT.parent / "shared" / "eval")
    parser.add_argument("--questions", type=int, default=100, help="of each size")
    parser.add_argument("--most", type=int, default=0, help="questions of each set; 0 for all")
    parser.add_argument("--keep", type=Path, help="where text and libraries stay")
    parser.add_argument("--uri", help="a Milvus that runs; else Milvus Lite's server is started")
    parser.add_argument("--server", choices=(COMPILED, PYTHON), default=COMPILED)
    args = parser.parse_args()
    if not args.uri and args.server == COMPILED and not CORE.is_dir():
        raise SystemExit("There is no compiled Milvus Lite: make .venv/milvus-core/installed")
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory(prefix="rag-bench-") as scratch:
        folder = (args.keep or Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        _sizes(folder, _chosen(args.sizes), args)
        _sets(folder, [name for name in _chosen(args.sets) if (args.eval / name).is_dir()], args)
    return 0


def _chosen(value: str) -> list[str]:
    return [] if value == "none" else value.split(",")


def _sizes(folder: Path, sizes: Sequence[str], args: argparse.Namespace) -> None:
    paces, kept, alike = [], [], []
    reached = []
    for size in sizes:
        questions = shuffled.questions(int(size), args.questions)
        with _place(folder / size, args.uri, args.server) as place:
            _ingest(place, lambda text, size=size: shuffled.write(text, int(size)))
            built = _both(place)
            first, pace, same = _timed(place, questions)
        print(f"{size} {pace} {same}", file=sys.stderr, flush=True)
        paces += [_pace_row(size, name, each) for name, each in pace.items()]
        kept += _kept_rows(size, built, first)
        alike += [(size, name, *_same_cells(each)) for name, each in same.items()]
        whole = pace["retrieve"].ratio
        name = f"latency against the embedded store's, {int(size):,} chunks"
        reached.append((name, f"≤ {_RATIO:g}×", f"{whole:.1f}×", whole <= _RATIO))
    if not sizes:
        return
    print(
        f"\n{_paces(paces)}\n\n{_kept(kept)}\n\n{_alike(alike)}\n\n{figures(reached)}", flush=True
    )


def _sets(folder: Path, names: Sequence[str], args: argparse.Namespace) -> None:
    rows, kept, wrong = [], [], 0
    for name in names:
        asked = _questions(args.eval / name / "questions.jsonl", args.most)
        with _place(folder / name, args.uri, args.server) as place:
            _ingest(place, lambda text, name=name: shutil.copytree(_documents(args, name), text))
            kept += _kept_rows(name, _both(place), None)
            for kind, same in _compared(place, asked).items():
                rows.append((name, kind, *_same_cells(same)))
                print(f"{name} {kind}: {same}", file=sys.stderr, flush=True)
                wrong += same.asked - same.tied
    if not names:
        return
    met = ("ten best passages that are not the same but for ties", "0", str(wrong), not wrong)
    print(f"\n{_alike(rows)}\n\n{_kept(kept)}\n\n{figures([met])}", flush=True)


def _documents(args: argparse.Namespace, name: str) -> Path:
    return Path(args.eval) / name / "documents"


def _questions(file: Path, most: int) -> list[tuple[str, str]]:
    """Questions and the document each is put to, "" for all; spread over the set."""
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    asked = [(line["question"], line.get("scope") or "") for line in lines]
    return asked[:: max(len(asked) // most, 1)][:most] if most else asked


# -- the two libraries


@contextmanager
def _place(work: Path, uri: str | None, server: str) -> Iterator[Place]:
    """A folder with nothing but its own settings, and a Milvus for it."""
    work.mkdir(exist_ok=True)
    (work / "rag.toml").touch()  # found first, so that no settings of the user count
    if uri:
        yield Place(work, uri, None, server)
        return
    with serving(work / server, compiled=server == COMPILED) as started:
        yield Place(work, started.uri, work / server, server)


def _ingest(place: Place, write: Callable[[Path], object]) -> None:
    """The embedded library, made now or kept from before."""
    if (place.work / "ingested").exists():
        return
    for left in (place.here, place.work / "text"):
        shutil.rmtree(left, ignore_errors=True)
    write(place.work / "text")
    env = environment(RAG_HOME=str(place.here))
    done = run([*_RAG, "ingest", str(place.work / "text")], cwd=place.work, env=env)
    if done.code:
        raise SystemExit(f"rag ingest failed: {done.err[-2000:]}")
    (place.work / "ingested").touch()


def _both(place: Place) -> tuple[Built, Built]:
    """Derive words and vectors from the catalogue anew in both stores.

    The library in Milvus has a copy of the catalogue, so that the keys are the same.
    """
    from rag.store.where import EMBEDDED, Where

    here = _derived(place.here)
    kept = place.work / f"built-{place.server}.json"
    note = place.there / "default" / "store.json"
    where = asdict(Where(f"milvus:{place.uri}", EMBEDDED))
    if kept.exists() and place.data:
        note.write_text(json.dumps(where), encoding="utf-8")  # another port than before
        return here, Built(**json.loads(kept.read_text(encoding="utf-8")))
    shutil.rmtree(place.there, ignore_errors=True)
    shutil.copytree(place.here, place.there, ignore=shutil.ignore_patterns("index", "*.lock"))
    note.write_text(json.dumps(where), encoding="utf-8")
    there = _derived(place.there)
    megabytes = _size(place.data) if place.data else 0.0
    built = Built(there.seconds, megabytes)
    kept.write_text(json.dumps(asdict(built)), encoding="utf-8")
    return here, built


def _derived(home: Path) -> Built:
    from rag.embed import HashedEmbedder
    from rag.index import Writer
    from rag.store.place import LibraryPaths

    paths = LibraryPaths(home, "default")
    with Writer.open(paths, HashedEmbedder()) as writer:
        began = time.perf_counter()
        writer.repair()
        return Built(time.perf_counter() - began, _size(paths.folder / "index"))


def _size(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


@contextmanager
def _opened(place: Place) -> Iterator[tuple[_Store, _Store]]:
    """Both libraries, open for questions."""
    from rag.embed import HashedEmbedder
    from rag.index import Library
    from rag.store.place import LibraryPaths

    embedder = HashedEmbedder()
    with (
        Library.open(LibraryPaths(place.here, "default"), embedder) as here,
        Library.open(LibraryPaths(place.there, "default"), embedder) as there,
    ):
        yield _Store(here, embedder), _Store(there, embedder)


class _Store:
    """A library that is asked in three ways; hits are told by key, passages by their place."""

    def __init__(self, library: Any, embedder: Any) -> None:
        from rag.retrieve import Retriever

        self._library = library
        self._embedder = library.embedder(embedder)
        self._retriever = Retriever(library, embedder)
        self.ways: dict[str, Callable[[str, Any, int], Any]] = {
            "words": self._words,
            "vectors": self._vectors,
            "retrieve": self._retrieve,
        }

    def prepared(self, question: str, scope: str) -> tuple[Any, Any, Any, Any]:
        """What all three need of a question: itself, as understood, its vector, its scope."""
        from rag.query import understand
        from rag.types import Scope

        within = Scope(documents=(scope,)) if scope else Scope()
        documents = self._retriever.select(within)
        query = understand(question, self._library.words, documents)
        return (question, query, self._embedder.encode_query(query.text), (within, documents))

    def _words(self, _: str, asked: Any, limit: int) -> list[tuple[Any, float]]:
        found: list[tuple[Any, float]] = self._library.words.search(asked[1], limit, asked[3][1])
        return found

    def _vectors(self, _: str, asked: Any, limit: int) -> list[tuple[Any, float]]:
        documents = asked[3][1]
        spans = None if documents is None else self._library.catalogue.spans_of(documents)
        found: list[tuple[Any, float]] = self._library.vectors.search(asked[2], limit, spans)
        return found

    def _retrieve(self, question: str, asked: Any, _: int) -> list[tuple[Any, float]]:
        evidence = self._retriever.retrieve(question, k=_K, scope=asked[3][0])
        return [(_of(passage), passage.score) for passage in evidence.passages]


def _of(passage: Passage) -> tuple[str, int, int]:
    return passage.chunk.document_id, passage.chunk.start, passage.chunk.end


# -- how long it takes, and what is found


def _timed(
    place: Place, questions: Sequence[str]
) -> tuple[tuple[float, float], dict[str, Pace], dict[str, Same]]:
    """Seconds to the first answer of either, the pace of all others, and whether they agree."""
    with _opened(place) as (here, there):
        first = tuple(_seconds(lambda s=store: _warm(s, questions)) for store in (here, there))
        spent: dict[str, tuple[list[float], list[float]]] = {n: ([], []) for n in here.ways}
        found: dict[str, list[tuple[Any, Any]]] = {name: [] for name in here.ways}
        gc.collect()
        for number, question in enumerate(questions[_WARM:]):
            asked = [store.prepared(question, "") for store in (here, there)]
            for name in here.ways:
                hits: list[Any] = [None, None]
                for side in (0, 1) if number % 2 else (1, 0):  # who is first has a colder machine
                    way = (here, there)[side].ways[name]
                    began = time.perf_counter()
                    hits[side] = way(question, asked[side], _DEPTH)
                    spent[name][side].append((time.perf_counter() - began) * 1000)
                found[name].append((hits[0][:_K], hits[1][:_K]))
    paces = {name: Pace(_middle(mine), _middle(its)) for name, (mine, its) in spent.items()}
    return (first[0], first[1]), paces, {name: same(pairs) for name, pairs in found.items()}


def _warm(store: _Store, questions: Sequence[str]) -> None:
    for question in questions[:_WARM]:
        for way in store.ways.values():
            way(question, store.prepared(question, ""), _DEPTH)


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _middle(spent: Sequence[float]) -> tuple[float, float]:
    by_time = sorted(spent)
    return median(by_time), by_time[min(int(len(by_time) * 0.95), len(by_time) - 1)]


def _compared(place: Place, asked: Sequence[tuple[str, str]]) -> dict[str, Same]:
    """Whether both find the same for all questions, each way."""
    with _opened(place) as (here, there):
        found: dict[str, list[tuple[Any, Any]]] = {name: [] for name in here.ways}
        for question, scope in asked:
            mine, its = (store.prepared(question, scope) for store in (here, there))
            for name, pairs in found.items():
                pairs.append(
                    (here.ways[name](question, mine, _K), there.ways[name](question, its, _K))
                )
    return {name: same(pairs) for name, pairs in found.items()}


# -- what is printed


def _pace_row(size: str, name: str, pace: Pace) -> tuple[str, ...]:
    cells = (f"{value:.1f}" for pair in zip(pace.here, pace.there, strict=True) for value in pair)
    return (f"{int(size):,}", name, *cells, f"{pace.ratio:.1f}")


def _paces(rows: Sequence[tuple[str, ...]]) -> str:
    head = ("chunks", "search", "p50 ms", "Milvus p50", "p95 ms", "Milvus p95", "ratio of p50")
    return table(head, rows, words=2)


def _kept_rows(
    name: str, built: tuple[Built, Built], first: tuple[float, float] | None
) -> list[tuple[str, ...]]:
    return [
        (
            *(name, store, f"{each.seconds:.1f}", f"{each.megabytes:.1f}"),
            f"{first[side]:.1f}" if first else "–",
        )
        for side, (store, each) in enumerate(zip(("embedded", "Milvus"), built, strict=True))
    ]


def _kept(rows: Sequence[tuple[str, ...]]) -> str:
    return table(("of", "store", "build s", "disk MB", "first questions s"), rows, words=2)


def _same_cells(same: Same) -> tuple[str, ...]:
    return str(same.asked), str(same.equal), str(same.tied), str(same.asked - same.tied)


def _alike(rows: Sequence[tuple[str, ...]]) -> str:
    head = ("of", "search", "questions", "equal", "but for ties", "different")
    return table(head, rows, words=2)


if __name__ == "__main__":
    sys.exit(main())
