"""The ways to search one collection of chunks that `search.py` measures.

    python searchers.py NAME HOME --questions FILE

HOME holds a library of rag; the others are given its chunks and its vectors, so that all search
the same and none waits for an embedder while it builds. Prints what it found out as JSON.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from measuring import memory_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

RAG, LANGCHAIN, BM25S = "rag", "langchain FAISS + BM25", "bm25s, words alone"
_K = 10
_WARM = 5  # questions asked before the clock runs


@dataclass(frozen=True, slots=True)
class Told:
    """What a searcher tells of itself.

    `build` are the seconds from chunks and vectors to a first answer, of rag to open what is
    built; `p50` and `p95` milliseconds a question, `cpu` the median of those that the processor
    worked for it; `resident` and `share` MB (RSS and PSS) after
    the questions, `peak` the most resident MB ever; `recall` of the ten nearest vectors.
    """

    chunks: int
    build: float
    p50: float
    p95: float
    cpu: float
    resident: float
    share: float
    peak: float
    recall: float | None = None


def _timed(ask: Callable[[str], Any], questions: Sequence[str]) -> list[tuple[float, float]]:
    """Milliseconds of each question, by the clock and of the processor, after a few to warm up."""
    for question in questions[:_WARM]:
        ask(question)
    gc.collect()
    spent = []
    for question in questions:
        began, worked = time.perf_counter(), time.process_time()
        ask(question)
        ended, stopped = time.perf_counter(), time.process_time()
        spent.append(((ended - began) * 1000, (stopped - worked) * 1000))
    return spent


def _told(
    chunks: int, build: float, spent: Sequence[tuple[float, float]], recall: float | None = None
) -> Told:
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    clock = sorted(seconds for seconds, _ in spent)
    at_95 = clock[min(int(len(clock) * 0.95), len(clock) - 1)]
    cpu = median(worked for _, worked in spent)
    mine = os.getpid()
    resident, share = (memory_of(mine, "smaps_rollup", name) for name in ("Rss", "Pss"))
    return Told(chunks, build, median(clock), at_95, cpu, resident, share, peak, recall)


def with_rag(home: Path, questions: Sequence[str]) -> Told:
    """The whole retrieval: both searches, fusion, the sentences of the best chunks ranked."""
    from rag.embed import HashedEmbedder
    from rag.index import Library
    from rag.retrieve import Retriever
    from rag.store.place import LibraryPaths
    from rag.store.vectors.codes import NEAREST, recall

    began = time.perf_counter()
    embedder = HashedEmbedder()
    with Library.open(LibraryPaths(home, "default"), embedder) as library:
        retriever = Retriever(library, embedder)
        retriever.retrieve(questions[0])
        build = time.perf_counter() - began
        told = _told(len(library.words), build, _timed(retriever.retrieve, questions))
        encode, near = library.embedder(embedder).encode_query, library.vectors
        asked = [encode(question) for question in questions]
        found = ([key for key, _ in near.search(q, NEAREST)] for q in asked)
        nearest = [[key for key, _ in near.search(q, NEAREST, exact=True)] for q in asked]
        share = recall(found, nearest)
    return Told(**{**asdict(told), "recall": share})


def with_langchain(home: Path, questions: Sequence[str]) -> Told:
    """FAISS as langchain makes it and its BM25Retriever, fused by its EnsembleRetriever."""
    from langchain_classic.retrievers import EnsembleRetriever
    from langchain_community.retrievers import BM25Retriever
    from langchain_community.vectorstores import FAISS

    texts, vectors, embedder = _chunks(home)
    began = time.perf_counter()
    pairs = zip(texts, vectors, strict=True)
    store = FAISS.from_embeddings(pairs, embedder)
    words = BM25Retriever.from_texts(texts, k=_K)
    near = store.as_retriever(search_kwargs={"k": _K})
    both = EnsembleRetriever(retrievers=[words, near], weights=[0.5, 0.5])
    both.invoke(questions[0])
    build = time.perf_counter() - began
    return _told(len(texts), build, _timed(both.invoke, questions), 1.0)


def with_bm25s(home: Path, questions: Sequence[str]) -> Told:
    """bm25s with Snowball stems; it has no vectors."""
    import bm25s
    import Stemmer

    texts, _, _ = _chunks(home)
    stemmer = Stemmer.Stemmer("russian")  # leaves English words as they are

    began = time.perf_counter()

    def split(asked: list[str]) -> Any:
        return bm25s.tokenize(asked, stopwords=None, stemmer=stemmer, show_progress=False)

    index = bm25s.BM25()
    index.index(split(texts), show_progress=False)

    def ask(question: str) -> Any:
        found, _ = index.retrieve(split([question]), k=_K, show_progress=False)
        return [texts[place] for place in found[0]]

    ask(questions[0])
    build = time.perf_counter() - began
    return _told(len(texts), build, _timed(ask, questions))


def _chunks(home: Path) -> tuple[list[str], Iterator[list[float]], Any]:
    """Texts and vectors of all chunks of a library, and the embedder that made them."""
    from rag.embed import HashedEmbedder
    from rag.index import Library
    from rag.store.place import LibraryPaths

    library = Library.open(LibraryPaths(home, "default"))
    texts = [row.chunk.text for row in library.catalogue.chunks()]
    vectors = (row.tolist() for _, block in library.vectors.blocks() for row in block)
    return texts, vectors, library.embedder(HashedEmbedder())


WAYS: dict[str, Callable[[Path, Sequence[str]], Told]] = {
    RAG: with_rag,
    LANGCHAIN: with_langchain,
    BM25S: with_bm25s,
}


def main() -> int:
    """Measure one way."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=WAYS)
    parser.add_argument("home", type=Path)
    parser.add_argument("--questions", type=Path, required=True)
    args = parser.parse_args()
    questions = json.loads(args.questions.read_text(encoding="utf-8"))
    print(json.dumps(asdict(WAYS[args.name](args.home, questions))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
