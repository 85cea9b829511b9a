"""Bytes, seconds and cost of a library of any size, and what of it is full first.

`capacity_tables.py` prints what comes of it.

Three kinds of constants come in: those measured here (`scale_measured.json`), those that the
makers of engines have published (`scale_published.toml`), and what is only assumed (`Assumed`),
prices first of all, each a parameter. Functions are pure: the same constants give the same tables.
"""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from measuring import ROOT
from queueing import Engine
from scale_measure import LARGE, constants

if TYPE_CHECKING:
    from collections.abc import Mapping

PUBLISHED = Path(__file__).with_name("scale_published.toml")
SIZES = (10_000, 1_000_000, 100_000_000, 10_000_000_000)
RATES = (1, 100, 10_000)
INDEXES = ("FLAT", "HNSW", "IVF_RABITQ", "DISKANN")
CARDS = {"A100 80GB": "a100", "H100 80GB": "h100"}
MODELS = ("qwen3-8b", "qwen3-30b-a3b", "llama-2-70b")
_FLOAT = 4  # bytes of a number of a vector, as engines keep it
_WAYS = {"FLAT": 0, "HNSW": 32, "DISKANN": 56}  # links of a vector
_PUBLISHED_NUMBERS = 128  # of the vectors that published figures are of
_PUBLISHED_CHUNKS = 1e6
_MONTH = 730.0  # hours


@dataclass(frozen=True, slots=True)
class Assumed:
    """What nobody measured or published for this: to be set to what is true of a place.

    Prices are US dollars an hour for machines and a month for a GB. `numbers` are those of a
    vector; `deadline` hours for all documents; `headroom` is the share of memory and of processors
    that plans fill, `front_headroom` that of front processes, which are cheap and must not be full
    together with the model servers. `cores` and `memory` (bytes) are those of a node, `disk` of a
    node with fast disks. `reads` and `writes` are the tokens of a question's prompt and of its
    answer, `known` the share of a prompt that a server has read before. `compute` and
    `memory_share` are the shares of a card's published operations and bandwidth that are reached,
    fitted to published throughput.
    """

    numbers: int = 512
    deadline: float = 24.0
    headroom: float = 0.7
    front_headroom: float = 0.5
    cores: int = 16
    memory: float = 128e9
    disk: float = 4e12
    node_price: float = 0.8
    disk_node_price: float = 1.5
    card_prices: tuple[tuple[str, float], ...] = (("A100 80GB", 2.0), ("H100 80GB", 3.0))
    disk_price: float = 0.10
    copies: int = 2
    reads: int = 2000
    writes: int = 150
    known: float = 0.1
    compute: tuple[tuple[str, float], ...] = (("A100 80GB", 0.6), ("H100 80GB", 0.27))
    memory_share: float = 0.7

    def price(self, card: str) -> float:
        """Dollars an hour of a card."""
        return dict(self.card_prices)[card]


@dataclass(frozen=True, slots=True)
class Known:
    """All constants: `measured` here, `published` by others, and `assumed`."""

    measured: Mapping[str, float]
    published: Mapping[str, float]
    assumed: Assumed = Assumed()


def known(assumed: Assumed | None = None) -> Known:
    """The constants as they lie in their files."""
    published = {name: float(each["value"]) for name, each in sources().items()}
    return Known(constants(), published, assumed or Assumed())


def sources() -> dict[str, dict[str, str]]:
    """What was published, by name: `said`, `title`, `url`, `unit`, `value`."""
    return tomllib.loads(PUBLISHED.read_text(encoding="utf-8"))


# -- bytes


def storage(chunks: int, of: Known, *, milvus: bool = False) -> dict[str, float]:
    """Bytes on disks, of one copy: the catalogue (texts in it), words, vectors, texts once more.

    The embedded store keeps half floats. Milvus keeps floats, and the texts beside them; its sparse
    words are taken to be as large as those of tantivy, and PostgreSQL's rows as SQLite's.
    """
    size = _FLOAT if milvus else 2
    return {
        "catalogue": chunks * of.measured["chunk.catalogue_bytes"],
        "words": chunks * of.measured["chunk.words_bytes"],
        "vectors": float(chunks * size * of.assumed.numbers),
        "texts": chunks * of.measured["chunk.text_bytes"] if milvus else 0.0,
    }


def index_bytes(index: str, numbers: int, of: Known) -> float:
    """Bytes of memory that an index of Milvus holds for a vector."""
    raw = float(_FLOAT * numbers)
    if index == "FLAT":
        return raw
    if index == "HNSW":
        return raw + of.published["hnsw_bytes_a_link"] * _WAYS["HNSW"]
    if index == "IVF_RABITQ":
        return raw / of.published["rabitq_ratio"]
    if index == "DISKANN":
        return raw * (of.published["diskann_codes"] + of.published["diskann_cache"])
    raise ValueError(index)


def memory(chunks: int, index: str, of: Known) -> float:
    """Bytes of memory that the vectors take, and the words beside them."""
    words = of.measured["chunk.words_bytes"]
    return chunks * (index_bytes(index, of.assumed.numbers, of) + words)


def index_for(chunks: int) -> str:
    """The index that is recommended for so many chunks."""
    if chunks <= 100_000:
        return "FLAT"
    return "HNSW" if chunks <= 20_000_000 else "DISKANN"


# -- seconds


def build_core_seconds(chunks: int, index: str, of: Known) -> float:
    """Seconds of a core to build the index: none for FLAT, a graph's for the others.

    The published figure is of 128 numbers; the cost of a distance grows with their number.
    """
    if index == "FLAT":
        return 0.0
    a_vector = of.published["hnsw_build_core_ms"] / 1000
    return chunks * a_vector * of.assumed.numbers / _PUBLISHED_NUMBERS


def ingest_core_seconds(chunks: int, embedder: str, of: Known) -> float:
    """Seconds of a core to read pages, cut, embed and publish so many chunks."""
    a_chunk = of.measured["page.ingest_ms"] / of.measured["page.chunks"]
    if embedder != "built-in":
        a_chunk += of.measured["embed.minilm.chunk_ms"] - of.measured["embed.built_in.chunk_ms"]
    return chunks * a_chunk / 1000


def nodes_for(seconds: float, of: Known) -> int:
    """Nodes that do the work of so many seconds of a core within the deadline."""
    one = of.assumed.deadline * 3600 * of.assumed.cores * of.assumed.headroom
    return max(math.ceil(seconds / one), 1)


# -- a question


def shards(chunks: int, index: str, of: Known) -> int:
    """Query nodes that one copy of the vectors takes, by memory and by disk."""
    held = memory(chunks, index, of) / (of.assumed.memory * of.assumed.headroom)
    links = 4 * _WAYS.get(index, 0)
    lying = chunks * (_FLOAT * of.assumed.numbers + links) / (of.assumed.disk * of.assumed.headroom)
    return max(math.ceil(held), math.ceil(lying) if index == "DISKANN" else 1, 1)


def search_core_ms(chunks: float, index: str, of: Known) -> float:
    """Milliseconds of a core that one shard of so many chunks works for a query, at least 0.1.

    Grows with the logarithm of the chunks in a graph, and with their number where all are looked
    at; that is extrapolated from what was measured at one size.
    """
    wider = of.assumed.numbers / _PUBLISHED_NUMBERS
    words = of.measured[f"question.words_ms.{LARGE}"]
    if index == "FLAT":
        near = of.measured[f"question.vectors_ms.{LARGE}"] * chunks / LARGE
    elif index == "DISKANN":
        deep = math.log(max(chunks, 10)) / math.log(1e9)
        near = of.published["diskann_query_core_ms"] * wider * deep
    else:
        deep = math.log(max(chunks, 10)) / math.log(_PUBLISHED_CHUNKS)
        near = of.published["hnsw_query_core_ms"] * wider * deep
    return max(near + words, 0.1)


def front_core_ms(of: Known, *, model: bool = True) -> float:
    """Milliseconds of a core that a front process works for a question, searches not counted.

    With a model they include packing, citing and checking; the documents' own answers need none.
    """
    stages = ("vectors", "words", "catalogue")
    apart = sum(of.measured[f"question.{stage}_ms.{LARGE}"] for stage in stages)
    if not model:
        return of.measured["service.ask_ms"] - apart
    return of.measured["answer.around_ms"] + of.measured["service.http_ms"] - apart


def copies_rate(one: float, copies: int, of: Known) -> float:
    """Queries a second of some copies, of which one takes `one`: fewer than so many times.

    As eight copies were published to take 4.3 times as much.
    """
    return float(one * copies ** (math.log(of.published["hnsw_replicas"]) / math.log(8)))


def catalogue_core_ms(of: Known) -> float:
    """Milliseconds of a core of PostgreSQL for the rows of a question's passages."""
    return 14 * of.published["lookup_core_ms"]


def engine(model: str, card: str, of: Known, cards: int = 0) -> Engine:
    """A model server on the fewest such cards that hold the model (or on so many).

    Weights and cache come from `rag fit`. Of a mixture of experts a batch reads all weights and a
    token computes with its own alone.
    """
    from rag.fit.devices import named
    from rag.fit.estimate import Wanted, answer
    from rag.fit.subject import subject_of

    subject = subject_of(model, "")
    (device,) = named(card)
    wanted = Wanted("bfloat16", of.assumed.reads + of.assumed.writes)
    told = answer(subject, [device], wanted)
    cards = cards or (told.cards.all if told.cards else 1)
    weights = told.need.weights.total
    token = sum(told.need.cache) / wanted.context
    spare = cards * (device.total - device.overhead) * 0.92 - weights
    flops = of.published[f"{CARDS[card]}_flops"] * dict(of.assumed.compute)[card]
    return Engine(
        weights=weights,
        token_bytes=token,
        token_flops=2 * _active(model) * 1e9,
        bandwidth=cards * bandwidth(card) * of.assumed.memory_share,
        flops=cards * flops,
        room=int(spare / token),
    )


def bandwidth(card: str) -> float:
    """Bytes a second of a card's memory, by its data sheet (`rag/fit/cards.toml`)."""
    text = (ROOT / "rag" / "fit" / "cards.toml").read_text(encoding="utf-8")
    listed = {each["name"]: each["bandwidth"] for each in tomllib.loads(text)["card"]}
    return float(listed[card]) * 1e9


def _active(model: str) -> float:
    """Billions of weights that a token computes with: its name says so for a mixture."""
    found = re.search(r"-a(\d+(?:\.\d+)?)b$", model) or re.search(r"-(\d+(?:\.\d+)?)b$", model)
    assert found is not None
    return float(found[1])


def server_rate(of_engine: Engine, reads: int, writes: int, share_known: float = 0.0) -> float:
    """Questions a second that a model server answers when it never idles.

    Reading a prompt takes the server alone; a step of writing serves all that it holds.
    """
    unread = reads * (1 - share_known)
    reading = of_engine.token_flops * unread / of_engine.flops
    at_once = max(min(of_engine.room // (reads + writes), of_engine.most), 1)
    step = of_engine.seconds(at_once * (reads + writes / 2), at_once)
    return 1 / (reading + writes * step / at_once)


# -- a whole plan


@dataclass(frozen=True, slots=True)
class Plan:
    """Machines for a library and a rate of questions, and what each part can take.

    `limits` are questions a second at which a part has no idle time left.
    """

    chunks: int
    rate: float
    index: str
    shards: int
    copies: int
    fronts: int
    catalogues: int
    servers: int
    cards: int
    card: str
    model: str
    limits: Mapping[str, float]
    dollars: float

    @property
    def first(self) -> str:
        """The part that is full first."""
        return min(self.limits, key=lambda name: self.limits[name])


def plan(
    chunks: int, rate: float, of: Known, *, model: str = MODELS[0], card: str = "A100 80GB"
) -> Plan:
    """The fewest machines that serve so many questions a second over so many chunks."""
    assumed = of.assumed
    index = index_for(chunks)
    parts = shards(chunks, index, of)
    core_ms = search_core_ms(chunks / parts, index, of)
    one_copy = 1000 * assumed.cores / core_ms
    copies = assumed.copies if rate > 1 else 1
    while copies_rate(one_copy, copies, of) * assumed.headroom < rate:
        copies += 1
    one_front = 1000 / front_core_ms(of)
    fronts = max(math.ceil(rate / (one_front * assumed.front_headroom)), 1)
    one_catalogue = 1000 * assumed.cores / catalogue_core_ms(of)
    catalogues = max(math.ceil(rate / (one_catalogue * assumed.headroom)), 1)
    made = engine(model, card, of)
    one_server = server_rate(made, assumed.reads, assumed.writes, assumed.known)
    servers = max(math.ceil(rate / (one_server * assumed.headroom)), 1)
    cards = servers * cards_of(made, card, of)
    limits = {
        "front processes": fronts * one_front,
        "catalogue": catalogues * one_catalogue,
        "vectors and words": copies_rate(one_copy, copies, of),
        "model servers": servers * one_server,
    }
    query_price = assumed.disk_node_price if index == "DISKANN" else assumed.node_price
    nodes = math.ceil(fronts / assumed.cores) + catalogues
    held = sum(storage(chunks, of, milvus=True).values()) * assumed.copies
    dollars = (
        nodes * assumed.node_price
        + parts * copies * query_price
        + cards * assumed.price(card)
        + held / 1e9 * assumed.disk_price / _MONTH
    )
    return Plan(
        chunks,
        rate,
        index,
        parts,
        copies,
        fronts,
        catalogues,
        servers,
        cards,
        card,
        model,
        limits,
        dollars,
    )


def cards_of(made: Engine, card: str, of: Known) -> int:
    return round(made.bandwidth / (bandwidth(card) * of.assumed.memory_share))
