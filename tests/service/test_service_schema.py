"""The OpenAPI file is what the service says of itself, and the service does what it says."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from papers import HANDBOOK, MEETING
from pdf_files import pdf
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from service_driver import client_of, filled, serving

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "openapi.json"
NAMES = ["правила.md", "планёрка.txt", "scan.pdf", "нет такого.txt"]
EXAMPLES = 6
#: What is asked for by name may well not be there, and a text be no deadline.
UNKNOWABLE = "positive_data_acceptance"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with a handbook, a meeting and a PDF."""
    folder = tmp_path_factory.mktemp("papers")
    (folder / "правила.md").write_text(HANDBOOK, encoding="utf-8")
    (folder / "планёрка.txt").write_text(MEETING, encoding="utf-8")
    (folder / "scan.pdf").write_bytes(pdf(["A cutter may be sharpened four times."]))
    return filled(tmp_path_factory.mktemp("home"), folder)


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    with serving(home) as address:
        yield address


def test_the_file_is_what_the_service_says_of_itself(home: Path) -> None:
    with client_of(home) as client:
        told = client.get("/api/v1/openapi.json").json()
    assert told == json.loads(FILE.read_text(encoding="utf-8")), "make docs"


def test_operations_have_names_of_their_own_and_say_what_they_do() -> None:
    operations = [each for _, each in _operations(_described())]
    names = [each["operationId"] for each in operations]
    assert len(names) == len(set(names))
    for each in operations:
        assert each["description"] and each["tags"], each["operationId"]
        assert all(answer for answer in each["responses"].values())
