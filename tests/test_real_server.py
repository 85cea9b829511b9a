"""A server that people run, `transformers serve`, with a model of random weights: no double."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tiny_models import CHAT_TEMPLATE, make_llama, make_tokenizer

from rag.app import App
from rag.config import Settings
from rag.errors import ModelError
from rag.models import hand_on, load_model
from rag.models.encoding import TOKENS_PER_MESSAGE
from rag.models.tokenizers import NamedTokenizer
from rag.types import Message

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

#: Seconds the server may take to come up on a busy machine; a quiet one takes some six.
PATIENCE = 300.0
SERVE = "from transformers.cli.serve import Serve; import sys; " + (
    "Serve(sys.argv[1], host='127.0.0.1', port=int(sys.argv[2]), device='cpu')"
)
QUESTION = "сколько дней отпуска переносится?"


@dataclass(frozen=True)
class Served:
    url: str
    model: str  # a folder, which is its name at the server too


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server, started once, on a free port of this machine and without a network."""
    root = tmp_path_factory.mktemp("server")
    folder = make_llama(root / "tiny", CHAT_TEMPLATE)
    (root / "cache" / "hub").mkdir(parents=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(root / "cache")}
    with (root / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(folder), str(port)],
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            _await(process, f"http://127.0.0.1:{port}/health", root / "log")
            yield Served(f"http://127.0.0.1:{port}/v1", str(folder))
        finally:
            process.kill()
            process.wait()


def _await(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    began = time.monotonic()
    while process.poll() is None and time.monotonic() - began < PATIENCE:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    pytest.fail(f"the server did not come up:\n{log.read_text(errors='replace')[-2000:]}")


def test_a_question_over_a_library_is_answered_through_the_server(
    rag: Any, folder: Path, served: Served
) -> None:
    assert rag("ingest", folder).code == 0
    said = rag(
        *("ask", QUESTION, "--json", "-m", f"openai:{served.model}", "--base-url", served.url),
        *("--offline", "--window", "2048", "--max-tokens", "24", "--tokenizer", served.model),
    )
    assert said.code == 0
    value = said.json
    assert "10 календарных дней" in value["answer"]  # the model babbles, the documents do not
    assert value["timings"]["model"] > 0
    receipt = value["receipt"]
    assert receipt["tokenizer"] == "named tokenizer: tiny"
    assert not receipt["exact"]
    assert receipt["total"] + receipt["reserve"] <= receipt["window"] == 2048
    assert "counted" not in said.err  # the server found as many tokens


def test_its_words_are_streamed_and_its_count_is_set_against_the_estimate(
    tmp_path: Path, folder: Path, served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    model = f"openai:{served.model}"
    settings = Settings(workers=1, model=model, base_url=served.url, max_tokens=16, window=2048)
    app = App(settings, tmp_path / "home")
    app.ingest([folder])
    heard: list[str] = []
    answer = app.answer(QUESTION, on_text=heard.append)
    assert len(heard) > 1
    assert answer.receipt is not None
    assert answer.receipt.tokenizer.startswith("estimate")
    assert "tokens where estimate" in caplog.text  # the tiny vocabulary takes more


def test_a_named_tokenizer_counts_what_the_server_counts(served: Served) -> None:
    model = load_model(
        f"openai:{served.model}", base_url=served.url, max_tokens=5, tokenizer=served.model
    )
    messages = [Message("system", "Кратко."), Message("user", "Когда поставка? <|im_end|>")]
    ending = hand_on(lambda _: None, model.stream(messages))
    assert ending.reason == "length"
    assert ending.prompt_tokens == model.counter.count(messages)


def test_a_tokenizer_without_a_template_is_counted_with_room_for_one(tmp_path: Path) -> None:
    make_tokenizer().save_pretrained(tmp_path / "bare")
    counter = NamedTokenizer(str(tmp_path / "bare"))
    messages = [Message("user", "Когда поставка?")]
    assert counter.count(messages) >= counter.count_text("Когда поставка?") + TOKENS_PER_MESSAGE


def test_a_folder_without_a_tokenizer_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no folder"):
        NamedTokenizer(str(tmp_path / "none"))
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="holds no tokenizer") as caught:
        NamedTokenizer(str(tmp_path))
    assert "tokenizer.json" in caught.value.hint
