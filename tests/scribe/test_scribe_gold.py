"""Annotated meetings through scripted models: precision is never below that of the rules alone."""

from __future__ import annotations

import importlib.util
import json
import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import BaseMessage
from model_doubles import Said, model_of
from scribe_cases import pointing, rows

from rag import scribe
from rag.minutes import extract
from rag.readers import read_document
from rag.types import Promise

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "meetings"
FOLDERS = [
    (SHARED / "dev", SHARED / "dev"),
    (ROOT / "tests/data/meetings", ROOT / "corpora/meetings"),
]
DAYS = ("завтра", "в пятницу", "до конца недели", "к среде", "tomorrow", "by Friday", "on Monday")

pytestmark = [
    pytest.mark.eval,
    pytest.mark.skipif(not SHARED.exists(), reason="the scorer lies outside the project"),
]


def scorer() -> Any:
    spec = importlib.util.spec_from_file_location("meeting_score", SHARED / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def reading(gold: dict[str, Any], change: Callable[[dict[str, Any], random.Random], None]) -> Said:
    """A model that knows the annotation of a meeting, and reports it after a change."""
    dice = random.Random(7)

    def say(messages: Sequence[BaseMessage], _: dict[str, Any]) -> str:
        lines = {number for number, _, _ in rows(messages)}
        found = []
        for each in gold["promises"]:
            if each["line"] in lines:
                item = {**each, "when": each["when_raw"]}
                change(item, dice)
                found.append(item)
        return json.dumps({"promises": found}, ensure_ascii=False, separators=(",", ":"))

    return say


def swap(item: dict[str, Any], dice: random.Random) -> None:
    others = [*item["to_whom_aliases"], *item["who_aliases"], "Олег", "Anna"]
    item["who"], item["to_whom"] = item["to_whom"] or dice.choice(others), item["who"]


def move(item: dict[str, Any], dice: random.Random) -> None:
    item["when"] = dice.choice(DAYS)


def invent(item: dict[str, Any], dice: random.Random) -> None:
    item |= {"line": item["line"] + dice.choice((-2, -1, 1, 2)), "when": dice.choice(DAYS)}


MODELS: dict[str, Callable[[dict[str, Any]], Said]] = {
    "perfect": lambda gold: reading(gold, lambda *_: None),
    "swapping": lambda gold: reading(gold, swap),
    "moving": lambda gold: reading(gold, move),
    "inventing": lambda gold: reading(gold, invent),
    "pointing": lambda _: pointing,
}


def row(promise: Promise) -> dict[str, Any]:
    due = promise.when
    same = ("who", "to_whom", "what", "act", "status", "force", "condition", "quote", "line")
    return {
        **{name: getattr(promise, name) for name in same},
        "support": list(promise.support),
        "when_raw": due and due.raw,
        "when_from": due and due.start,
        "when_to": due and due.end,
    }


@pytest.mark.parametrize(("golds", "texts"), FOLDERS, ids=["development", "own"])
def test_precision_is_never_below_that_of_the_rules_alone(
    golds: Path, texts: Path, tmp_path: Path
) -> None:
    for name in ("gold", "rules", *MODELS):
        (tmp_path / name).mkdir()
    for path in sorted(golds.glob("*.gold.json")):
        gold = json.loads(path.read_text(encoding="utf-8"))
        source = next(
            p
            for p in texts.glob(f"{gold['id']}.*")
            if p.suffix != ".json" or not p.name.endswith(".gold.json")
        )
        shutil.copy(path, tmp_path / "gold")
        shutil.copy(source, tmp_path / "gold")
        document = read_document(source)
        rules = extract(document, date=gold["meeting_date"])
        found = {"rules": rules.promises}
        for name, model in MODELS.items():
            read = scribe.read(document, rules, model_of(model(gold), 16384))
            found[name] = read.minutes.promises
            for promise in (*read.minutes.promises, *read.suggestions.promises):
                assert document.text[promise.start : promise.end] == promise.quote
        for name, promises in found.items():
            out = tmp_path / name / f"{gold['id']}.pred.json"
            out.write_text(json.dumps({"promises": [row(p) for p in promises]}), encoding="utf-8")
    score = scorer().score
    total = {
        name: score(tmp_path / "gold", tmp_path / name)["total"] for name in ("rules", *MODELS)
    }
    rules = total.pop("rules")
    for name, each in total.items():
        assert each["P"] >= rules["P"], name
        assert each["R"] >= rules["R"], name
        assert each["inventions"] == rules["inventions"], name
        assert each["owner_inversions"] <= rules["owner_inversions"], name
        assert all(each["slots"][slot] >= value for slot, value in rules["slots"].items()), name
