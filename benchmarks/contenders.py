"""The ways from a folder of PDFs to a searchable library that `ingest.py` measures.

    python contenders.py NAME FOLDER --model FOLDER

Prints what the contender tells of itself as JSON. It runs in whatever interpreter has the
contender's packages, and imports nothing else of the project but for rag itself.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

RAG, RAG_MINILM = "rag", "rag, MiniLM"
LANGCHAIN, LLAMA_INDEX, HAYSTACK = "langchain, MiniLM", "llama-index, MiniLM", "haystack, MiniLM"
PDFIUM = "pdfium text"
#: Those whose packages stand in an interpreter of their own.
APART = (LLAMA_INDEX, HAYSTACK)
_CHUNK_SIZE, _CHUNK_OVERLAP = 1000, 200  # characters


@dataclass(frozen=True, slots=True)
class Told:
    """What a contender's process tells of itself, and the peak of its processes in MB.

    `start` are the seconds to import and to load the model, `work` those of all that follows,
    `cpu` the seconds of all processors spent on the work, by all processes.
    """

    start: float
    work: float
    cpu: float
    pages: int
    chunks: int = 0
    steps: dict[str, float] = field(default_factory=dict)
    megabytes: float = 0.0


class _Clock:
    """Seconds and processor seconds of the work, which begins when it is told to."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    def begin(self) -> None:
        """The imports are made and the model is warm: what follows is work."""
        self._ready, self._cpu = time.perf_counter(), _cpu()
        self._steps: dict[str, float] = {}
        self._step_began = self._ready

    def step(self, name: str) -> None:
        """The step of this name is done."""
        now = time.perf_counter()
        self._steps[name] = now - self._step_began
        self._step_began = now

    def told(self, pages: int, chunks: int = 0) -> Told:
        """The work is done."""
        work, cpu = time.perf_counter() - self._ready, _cpu() - self._cpu
        return Told(self._ready - self._began, work, cpu, pages, chunks, self._steps)


def _cpu() -> float:
    """Processor seconds of this process and of the children it has waited for."""
    return sum(os.times()[:4])


def with_rag(folder: Path, model: str, *, default: bool) -> Told:
    """Ingest into a library that is thrown away; imports made late count as work."""
    clock = _Clock()
    from rag.app import App
    from rag.config import Settings

    with tempfile.TemporaryDirectory(prefix="rag-bench-") as home:
        app = App(Settings(embedder="hashed" if default else model, ocr="never"), Path(home))
        app.embedder.encode_query("warm")
        clock.begin()
        report = app.ingest([folder])
        told = clock.told(report.pages, report.chunks)
    if report.skipped:
        raise RuntimeError(f"rag skipped {report.skipped}")
    return told


def with_langchain(folder: Path, model: str) -> Told:
    """Load, split, embed and index, as its tutorials do; the index stays in memory."""
    clock = _Clock()
    import faiss as _  # noqa: F401  imported late by the store otherwise, at the cost of its work
    from langchain_community.document_loaders import PyPDFLoader
    from langchain_community.vectorstores import FAISS
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    embeddings = HuggingFaceEmbeddings(model_name=model, model_kwargs={"device": "cpu"})
    embeddings.embed_query("warm")
    clock.begin()
    pages = [page for file in pdfs(folder) for page in PyPDFLoader(str(file)).load()]
    clock.step("load")
    splitter = RecursiveCharacterTextSplitter(chunk_size=_CHUNK_SIZE, chunk_overlap=_CHUNK_OVERLAP)
    chunks = splitter.split_documents(pages)
    clock.step("split")
    FAISS.from_documents(chunks, embeddings)
    clock.step("embed and index")
    return clock.told(len(pages), len(chunks))


def with_llama_index(folder: Path, model: str) -> Told:
    """The readers, the splitter and the index of its starter tutorial; all stays in memory."""
    clock = _Clock()
    from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    embeddings = HuggingFaceEmbedding(model_name=model, device="cpu")
    embeddings.get_query_embedding("warm")
    splitter = SentenceSplitter()
    clock.begin()
    reader = SimpleDirectoryReader(str(folder), recursive=True, required_exts=[".pdf"])
    pages = reader.load_data()
    clock.step("load")
    nodes = splitter.get_nodes_from_documents(pages)
    clock.step("split")
    VectorStoreIndex(nodes, embed_model=embeddings)
    clock.step("embed and index")
    return clock.told(len(pages), len(nodes))


def with_haystack(folder: Path, model: str) -> Told:
    """The indexing pipeline of its tutorials with every component's defaults, in memory."""
    clock = _Clock()
    from haystack import Document, Pipeline
    from haystack.components.converters import PyPDFToDocument
    from haystack.components.preprocessors import DocumentCleaner, DocumentSplitter
    from haystack.components.writers import DocumentWriter
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack.utils import ComponentDevice
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersDocumentEmbedder,
    )

    embedder = SentenceTransformersDocumentEmbedder(
        model=model, device=ComponentDevice.from_str("cpu"), progress_bar=False
    )
    steps = {
        "converter": PyPDFToDocument(),
        "cleaner": DocumentCleaner(),
        "splitter": DocumentSplitter(),
        "embedder": embedder,
        "writer": DocumentWriter(InMemoryDocumentStore()),
    }
    pipeline = Pipeline()
    for name, component in steps.items():
        pipeline.add_component(name, component)
    for left, right in pairwise(steps):
        pipeline.connect(left, right)
    pipeline.warm_up()
    embedder.run([Document(content="warm")])
    clock.begin()
    given = {"converter": {"sources": pdfs(folder)}}
    came = pipeline.run(given, include_outputs_from={"converter"})
    told = clock.told(0, came["writer"]["documents_written"])
    pages = sum(1 + text.content.count("\f") for text in came["converter"]["documents"])
    return Told(told.start, told.work, told.cpu, pages, told.chunks)


def with_pdfium(folder: Path, _: str) -> Told:
    """Only the text of every page."""
    clock = _Clock()
    from pypdfium2 import PdfDocument

    clock.begin()
    pages = 0
    for file in pdfs(folder):
        with PdfDocument(file) as pdf:
            for page in pdf:
                page.get_textpage().get_text_range()
            pages += len(pdf)
    return clock.told(pages)


#: Name to the work itself: takes the folder and that of the model.
CONTENDERS: dict[str, Callable[[Path, str], Told]] = {
    RAG: partial(with_rag, default=True),
    RAG_MINILM: partial(with_rag, default=False),
    LANGCHAIN: with_langchain,
    LLAMA_INDEX: with_llama_index,
    HAYSTACK: with_haystack,
    PDFIUM: with_pdfium,
}


def pdfs(folder: Path) -> list[Path]:
    """The PDFs below a folder, in order."""
    return sorted(folder.rglob("*.pdf"))


def main() -> int:
    """Run one contender and print what it tells."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=CONTENDERS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", required=True)
    args = parser.parse_args()
    print(json.dumps(asdict(CONTENDERS[args.name](args.folder, args.model))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
