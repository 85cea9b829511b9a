"""The OpenAPI file is what the service says of itself, and the service does what it says."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from papers import HANDBOOK, MEETING
from pdf_files import make_pdf
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from service_driver import client_of, filled, serving

FILE = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
DESCRIBED = json.loads(FILE.read_text(encoding="utf-8"))
METHODS = {"get", "post", "put", "patch", "delete"}
EXAMPLES = 4
#: What is asked for may well not be there, however well it is asked: a name, a span, a deadline.
UNKNOWABLE = {"positive_data_acceptance"}
#: A body that breaks a bound may be too large altogether.
CONFIG = schemathesis.Config.from_dict(
    {"checks": {"negative_data_rejection": {"expected-statuses": ["4xx"]}}}
)
#: What changes a collection is done to a spare one.
CHANGES = {
    *("rename_collection", "delete_collection", "delete_document", "rename_document"),
    *("upload_documents", "reread_document"),
}
#: Values that lead somewhere; others are mostly told that there is no such thing.
LEADING: dict[str, dict[str, Any]] = {
    "collection": {"type": "string", "enum": ["default", "default", "other"]},
    "document": {"type": "string", "enum": ["правила.md", "планёрка.txt", "cutter.pdf", "нет"]},
    "number": {"type": "integer", "enum": [1, 2]},
}
IDS = [hashlib.sha256(each.encode()).hexdigest() for each in (HANDBOOK, MEETING, "none")]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with a handbook, a meeting and a PDF, in two collections."""
    folder = tmp_path_factory.mktemp("papers")
    (folder / "правила.md").write_text(HANDBOOK, encoding="utf-8")
    (folder / "планёрка.txt").write_text(MEETING, encoding="utf-8")
    (folder / "cutter.pdf").write_bytes(make_pdf([["A cutter may be sharpened four times."]]))
    home = filled(tmp_path_factory.mktemp("home"), folder)
    return filled(home, folder, "spare")


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    with serving(home) as address:
        yield address


def operations() -> Iterator[dict[str, Any]]:
    for item in DESCRIBED["paths"].values():
        yield from (each for method, each in item.items() if method in METHODS)


def shapes_in(value: Any) -> set[str]:
    """The components that a part of the description names, and those that they name."""
    found = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(value)))
    parts = DESCRIBED["components"]["schemas"]
    seen: set[str] = set()
    while found - seen:
        name = (found - seen).pop()
        seen.add(name)
        found |= set(re.findall(r"#/components/schemas/(\w+)", json.dumps(parts[name])))
    return seen


def leading_requests(described: Any) -> Any:
    """The description with leading names in what is sent, and what comes back as it is."""
    sent = shapes_in([each.get("requestBody") for each in operations()])
    parts = described["components"]
    shapes = {
        name: leading(shape) if name in sent else shape for name, shape in parts["schemas"].items()
    }
    return {
        **described,
        "paths": leading(described["paths"]),
        "components": {**parts, "schemas": shapes},
    }


def leading(value: Any) -> Any:
    """A description whose names lead somewhere."""
    if isinstance(value, list):
        return [leading(each) for each in value]
    if not isinstance(value, dict):
        return value
    found = {key: leading(each) for key, each in value.items()}
    properties = found.get("properties", {})
    for name in LEADING.keys() & properties.keys():
        if properties[name].get("type") == "string":
            properties[name] = LEADING[name]
    if properties.get("documents", {}).get("items", {}).get("type") == "string":
        properties["documents"]["items"] = LEADING["document"]
    if found.get("in") == "path" and found["name"] == "document":
        found["schema"]["enum"] = IDS
    elif isinstance(found.get("in"), str) and found["name"] in LEADING:
        many = found["schema"].get("type") == "array"
        found["schema"] |= {"items": LEADING["document"]} if many else LEADING[found["name"]]
    if found.get("operationId") in CHANGES:
        for each in found["parameters"]:
            if each["name"] == "collection":
                each["schema"]["enum"] = ["spare", "other"]
    return found


def last_what_ends_a_collection(found: Iterator[Any]) -> list[Any]:
    """All operations, so that there is something to ask while the others are tried."""
    every = [each.ok() for each in found]
    return sorted(every, key=lambda each: each.label.split()[1].endswith("{collection}"))


def test_the_file_is_what_the_service_says_of_itself(home: Path) -> None:
    with client_of(home) as client:
        told = client.get("/api/v1/openapi.json").json()
    assert told == DESCRIBED, "python scripts/make_docs.py"


def test_operations_have_names_of_their_own_and_say_what_they_do() -> None:
    names = [each["operationId"] for each in operations()]
    assert len(names) == len(set(names))
    tags = {tag["name"] for tag in DESCRIBED["tags"]}
    for each in operations():
        assert each["description"], each["operationId"]
        assert set(each["tags"]) <= tags, each["operationId"]


def test_every_problem_is_declared_as_one() -> None:
    for name, answer in DESCRIBED["components"]["responses"].items():
        assert set(answer["content"]) == {"application/problem+json"}, name
    for path, item in DESCRIBED["paths"].items():
        for method, each in item.items():
            if path.startswith("/api/v1/collections/{collection}/"):
                wanted = {"400", "401", "403", "404", "422", "429", "500", "503", "507"}
                assert wanted <= each["responses"].keys(), (method, path)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_nothing_that_is_sent_breaks_the_service_or_what_it_says(
    address: str, mode: GenerationMode
) -> None:
    described = schemathesis.openapi.from_dict(leading_requests(DESCRIBED), config=CONFIG)
    checks = [each for each in CHECKS.get_all() if each.__name__ not in UNKNOWABLE]
    statuses: dict[str, set[int]] = {}
    with requests.Session() as session:
        for operation in last_what_ends_a_collection(described.get_all_operations()):

            @settings(
                max_examples=EXAMPLES,
                derandomize=True,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def hold(case: Any) -> None:
                response = case.call(base_url=address, session=session)
                statuses.setdefault(case.operation.label, set()).add(response.status_code)
                case.validate_response(response, checks=checks)

            try:
                hold()
            except* Unsatisfiable:  # nothing can be wrong in what is sent there
                assert mode is GenerationMode.NEGATIVE
            except* AssertionError as failed:  # which may hold a body of a megabyte
                pytest.fail(f"{operation.label}: {str(failed.exceptions[0])[:3000]}")
    served = {label for label, found in statuses.items() if found & {200, 201, 202, 204}}
    if mode is GenerationMode.POSITIVE:
        assert len(served) > len(statuses) // 3, statuses
