"""The tables of docs/scale.md, out of `capacity.py`.

python benchmarks/capacity_tables.py           # print them
python benchmarks/capacity_tables.py --write   # put them into the page
"""

from __future__ import annotations

import argparse
import math
import sys

from capacity import (
    CARDS,
    INDEXES,
    MODELS,
    RATES,
    SIZES,
    Known,
    build_core_seconds,
    cards_of,
    catalogue_core_ms,
    engine,
    front_core_ms,
    index_for,
    ingest_core_seconds,
    known,
    memory,
    nodes_for,
    plan,
    search_core_ms,
    server_rate,
    shards,
    sources,
    storage,
)
from measuring import ROOT, table
from queueing import Engine
from scale_measure import LARGE, SMALL

PAGE = ROOT / "docs" / "scale.md"


def tables(of: Known) -> dict[str, str]:
    """The tables of docs/scale.md, by name."""
    return {
        "constants": _constants(of),
        "bytes": _bytes(of),
        "memory": _memory(of),
        "making": _making(of),
        "parts": _parts(of),
        "models": _models(of),
        "plans": _plans(of),
        "checked": _checked(of),
        "sources": _sources(),
    }


_CONSTANTS = (
    ("chunk.catalogue_bytes", "bytes of the catalogue for a chunk, its text included"),
    ("chunk.words_bytes", "bytes of the index of words for a chunk"),
    ("chunk.vectors_bytes", "bytes of the vectors for a chunk: 512 half floats and a key"),
    ("chunk.text_bytes", "bytes of the chunk's text itself"),
    ("chunk.ingest_ms", "ms to bring a chunk of Markdown in, whole"),
    ("page.ingest_ms", "ms to bring a page of PDF in, whole"),
    ("page.chunks", "chunks of a page of PDF"),
    ("embed.built_in.chunk_ms", "ms of it to embed a chunk, built-in"),
    ("embed.minilm.chunk_ms", "ms to embed a chunk with all-MiniLM-L6-v2 on a processor"),
    ("embed.minilm.question_ms", "ms to embed a question with it"),
    ("graph.build_ms", "ms to put a vector into HNSW (FAISS, 5,000 of 512 numbers)"),
    ("question.embed_ms", "ms to embed a question, built-in"),
    ("question.vectors_ms", "ms to search the vectors, all of them looked at"),
    ("question.words_ms", "ms to search the words"),
    ("question.catalogue_ms", "ms to read 14 chunks"),
    ("question.rank_ms", "ms to read and rank their sentences, and all else"),
    ("service.http_ms", "ms of `rag serve` for a request that asks for nothing"),
    ("service.search_ms", "ms of `rag serve` for a search over HTTP"),
    ("service.ask_ms", "ms of `rag serve` for an answer by the documents over HTTP"),
    ("answer.around_ms", "ms of an answer by a model of 300 tokens, all but the model"),
)


def _constants(of: Known) -> str:
    rows = []
    for name, words in _CONSTANTS:
        if name in of.measured:
            cells = ("", _figure(of.measured[name]), "")
        else:
            cells = tuple(map(_figure, _by_size(name, of)))
        rows.append((words, *cells))
    head = ("measured here, of one core", "1,000 chunks", "10,000 chunks")
    return table((*head, "100,000, extrapolated"), rows)


def _by_size(name: str, of: Known) -> tuple[float, float, float]:
    """What was measured at both sizes, and what that comes to at ten times the larger.

    All vectors are looked at up to there, so they grow with their number; all else as it grew.
    """
    small, large = (of.measured[f"{name}.{size}"] for size in (SMALL, LARGE))
    if name == "question.vectors_ms":
        return small, large, large + (large - small) * 10
    return small, large, max(2 * large - small, large)


def _bytes(of: Known) -> str:
    rows = []
    for chunks in SIZES:
        parts, apart = storage(chunks, of), storage(chunks, of, milvus=True)
        whole, more = sum(parts.values()), sum(apart.values())
        month = more / 1e9 * of.assumed.copies * of.assumed.disk_price
        cells = [_size(parts[name]) for name in ("catalogue", "words", "vectors")]
        rows.append((_count(chunks), *cells, _size(whole), _size(more), f"${month:,.0f}"))
    head = ("chunks", "catalogue", "words", "vectors", "embedded, together")
    return table((*head, "Milvus and PostgreSQL", "two copies of it, a month"), rows)


def _memory(of: Known) -> str:
    rows = [
        (
            _count(chunks),
            *(
                f"**{_size(memory(chunks, index, of))}**"
                if index == index_for(chunks)
                else _size(memory(chunks, index, of))
                for index in INDEXES
            ),
            str(shards(chunks, index_for(chunks), of)),
        )
        for chunks in SIZES
    ]
    return table(("chunks", *INDEXES, "nodes for a copy"), rows)


def _making(of: Known) -> str:
    rows = []
    for chunks in SIZES:
        index = index_for(chunks)
        built = build_core_seconds(chunks, index, of)
        spent = [ingest_core_seconds(chunks, how, of) for how in ("built-in", "minilm")]
        cells = [f"{_time(each)} ({nodes_for(each, of):,})" for each in (*spent, built)]
        rows.append((_count(chunks), *cells[:2], index, cells[2] if built else "–"))
    head = ("chunks", "read and embed, built-in", "with MiniLM", "index", "build it")
    return table(head, rows)


def _models(of: Known) -> str:
    rows = []
    for model in MODELS:
        for card in CARDS:
            made = engine(model, card, of)
            rate = server_rate(made, of.assumed.reads, of.assumed.writes, of.assumed.known)
            cards = cards_of(made, card, of)
            need = [math.ceil(each / (rate * of.assumed.headroom)) * cards for each in RATES]
            dollars = cards * of.assumed.price(card) / (rate * of.assumed.headroom * 3.6)
            rows.append(
                (
                    model,
                    f"{cards} × {card}",
                    f"{made.weights / 1e9:.1f}",
                    f"{made.token_bytes / 1e6:.3f}",
                    str(made.room // (of.assumed.reads + of.assumed.writes)),
                    f"{rate:.1f}",
                    *(f"{each:,}" for each in need),
                    f"${dollars:.2f}",
                )
            )
    head = ("model", "server", "weights GB", "MB a token", "at once", "questions a second")
    head += (*(f"cards at {rate:,}" for rate in RATES), "a thousand answers")
    return table(head, rows, words=2)


def _parts(of: Known) -> str:
    """Questions a second that one of each part takes at most."""
    front = [1000 / front_core_ms(of, model=each) for each in (False, True)]
    made = engine(MODELS[0], "A100 80GB", of)
    server = server_rate(made, of.assumed.reads, of.assumed.writes, of.assumed.known)
    cores = of.assumed.cores
    rows = [
        ("a front process, answers by the documents", *[_figure(front[0])] * len(SIZES)),
        ("a front process, answers by a model", *[_figure(front[1])] * len(SIZES)),
        (
            f"a copy of vectors and words, {cores} cores a node",
            *(
                _figure(
                    1000 * cores / search_core_ms(chunks / shards(chunks, index, of), index, of)
                )
                for chunks in SIZES
                for index in (index_for(chunks),)
            ),
        ),
        (
            f"PostgreSQL, {cores} cores",
            *[_figure(1000 * cores / catalogue_core_ms(of))] * len(SIZES),
        ),
        (f"a model server, {MODELS[0]}, A100 80GB", *[_figure(server)] * len(SIZES)),
    ]
    return table(("questions a second at most", *map(_count, SIZES)), rows)


def _plans(of: Known) -> str:
    rows = []
    for chunks in SIZES:
        for rate in RATES:
            made = plan(chunks, rate, of)
            rows.append(
                (
                    _count(chunks),
                    f"{rate:,}",
                    made.index,
                    f"{made.shards:,} × {made.copies:,}",
                    f"{made.fronts:,}",
                    f"{made.catalogues:,}",
                    f"{made.cards:,}",
                    f"${made.dollars:,.0f}",
                    f"{made.first} ({made.limits[made.first]:,.1f})",
                )
            )
    head = ("chunks", "a second", "index", "query nodes", "fronts", "PostgreSQL")
    return table((*head, "cards", "an hour", "full first (at)"), rows)


def _checked(of: Known) -> str:
    """The reckoning of model servers beside what was published."""
    rows = []
    for name, model, card, reads, writes in (
        ("qwen3_14b_a100_medium", (14.8, 29.5, 163_840), "A100 80GB", 2000, 100),
        ("qwen3_14b_a100_long", (14.8, 29.5, 163_840), "A100 80GB", 4000, 200),
        ("qwen3_32b_a100_medium", (32.8, 65.5, 262_144), "A100 80GB", 2000, 100),
        ("qwen3_32b_h100_medium", (32.8, 65.5, 262_144), "H100 80GB", 2000, 100),
    ):
        weights, size, token = model
        base = engine(MODELS[0], card, of, cards=1)
        spare = base.room * base.token_bytes + base.weights - size * 1e9
        made = Engine(
            size * 1e9, token, 2e9 * weights, base.bandwidth, base.flops, int(spare / token)
        )
        reckoned = server_rate(made, reads, writes)
        told = of.published[name]
        words = f"{name.split('_')[0]}-{name.split('_')[1]}, {card}, {reads:,} in, {writes} out"
        rows.append((words, f"{told:.2f}", f"{reckoned:.2f}", f"{reckoned / told:.2f}"))
    return table(("requests a second", "published", "reckoned", "ratio"), rows)


def _sources() -> str:
    rows = [
        (f"[{each['title']}]({each['url']})", each["said"], f"{each['value']:g} {each['unit']}")
        for each in sources().values()
    ]
    return table(("source", "what it says", "what it comes to"), rows, words=3)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _count(chunks: int) -> str:
    return (
        f"10{str(round(math.log10(chunks))).translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}"
    )


def _size(size: float) -> str:
    for unit, many in (("TB", 1e12), ("GB", 1e9)):
        if size >= many:
            return (
                f"{size / many:,.1f} {unit}" if size < 100 * many else f"{size / many:,.0f} {unit}"
            )
    return f"{size / 1e6:,.0f} MB"


def _time(seconds: float) -> str:
    """Of a core."""
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds else "–"
    hours = seconds / 3600
    return f"{hours:,.1f} h" if hours < 100 else f"{hours:,.0f} h"


def placed(text: str, name: str, what: str) -> str:
    """The page with something between the two marks of its name."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        raise SystemExit(f"{PAGE} has no place for {name}")
    return f"{before}{begin}\n\n{what}\n\n{end}{after}"


def written(text: str, of: Known) -> str:
    """The page with its tables as they are now."""
    for name, each in tables(of).items():
        text = placed(text, name, each)
    return text


def main() -> int:
    """Print the tables, or put them into the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help=f"put them into {PAGE.name}")
    args = parser.parse_args()
    if args.write:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), known()), encoding="utf-8")
        return 0
    for name, each in tables(known()).items():
        print(f"{name}\n\n{each}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
