"""PDF to searchable library, end to end: rag against the usual langchain way, on the same files.

    python benchmarks/ingest.py [FOLDER] [--runs N]

Without FOLDER it makes six PDFs of twenty pages of English text itself. Contenders:

- rag: `App.ingest` into an empty library with the built-in embedder;
- rag, MiniLM: the same with all-MiniLM-L6-v2;
- langchain, MiniLM: PyPDFLoader, RecursiveCharacterTextSplitter(1000, 200), the same model in
  HuggingFaceEmbeddings, FAISS;
- pdfium text: the text of every page in one process and nothing else, the floor below which no
  reader built on pdfium comes.

Each runs in a process of its own, all in rounds, one of each. Time to import and to load the model
stands apart ("start"); speed and ratio are of the work that follows. Everything is on the CPU.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import re
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, TypedDict

from measuring import CORPORA, environment, machine, run_tree, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: The work of a contender on a folder: pages done, and seconds by step where it has steps.
Work = "Callable[[Path], tuple[int, dict[str, float]]]"

MINIMUM_PAGES = 100
_FILES, _FILE_PAGES, _PAGE_LINES = 6, 20, 46
_SEED = 2025
_SPOKEN = re.compile(r"^\[\d\d:\d\d\] \w+: ", re.MULTILINE)
_TEXTS = ("documents/kestrel-40-manual.pdf", "meetings/2025-12-02-coedition-call.txt")


class Told(TypedDict):
    """What a contender's process prints: seconds, seconds by step, pages, MB of all processes."""

    start: float
    work: float
    steps: dict[str, float]
    pages: int
    megabytes: float


def _rag(embedder: str) -> Work:
    from rag import ingest as _  # noqa: F401  the app imports it late
    from rag.app import App
    from rag.config import Settings

    settings = Settings(embedder=embedder)
    App(settings, Path(os.devnull)).embedder.encode_query("warm")

    def work(folder: Path) -> tuple[int, dict[str, float]]:
        with tempfile.TemporaryDirectory(prefix="rag-bench-") as home:
            report = App(settings, Path(home)).ingest([folder])
        if report.skipped:
            raise RuntimeError(f"not read: {report.skipped}")
        return report.pages, {}

    return work
