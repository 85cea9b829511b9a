"""A library that is searched by codes, which small limits make of a small one."""

from __future__ import annotations

import random
import re
from functools import partial
from pathlib import Path

import pytest

from rag.app import App
from rag.store import vectors
from rag.types import Scope

SECTIONS, DOCUMENTS = 70, 10
FEW = 50 * 512
WORDS = "кран договор смета поставка склад отпуск приказ акт отчёт план binder cutter oven".split()


@pytest.fixture
def large(app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    """A library of seven hundred chunks, where more than fifty are many."""
    monkeypatch.setattr(vectors, "build", partial(vectors.build, exact_values=FEW))
    monkeypatch.setattr(vectors, "VectorIndex", partial(vectors.VectorIndex, exact_values=FEW))
    monkeypatch.setattr("rag.store.vectors.writer._SMALL_VALUES", FEW)
    chance = random.Random(1)
    folder = tmp_path / "papers"
    folder.mkdir()
    for number in range(DOCUMENTS):
        sections = (f"## Раздел {place}\n\n{said(chance)}\n" for place in range(SECTIONS))
        (folder / f"{number}.md").write_text("\n".join(sections), encoding="utf-8")
    app.ingest([folder])
    return app


def said(chance: random.Random) -> str:
    words = chance.sample(WORDS, 5) + [f"слово{chance.randint(0, 3000)}" for _ in range(10)]
    return f"{' '.join(words).capitalize()}."


def test_the_doctor_measures_how_much_is_found_and_says_where_it_is_too_little(large: App) -> None:
    (recall,) = (check for check in large.doctor() if check.name == "recall")
    assert recall.ok
    assert "nearest vectors are found" in recall.detail
    effort = large.paths.index(1) / "vectors" / "1.json"
    told = effort.read_text(encoding="utf-8")
    spent = re.search(r'"depth": (\d+)', told)
    assert spent is not None
    less = told.replace(spent.group(), f'"depth": {"1":>{len(spent.group(1))}}')
    effort.write_text(less, encoding="utf-8")  # as long as before: what the stamp looks at
    (recall,) = (check for check in large.doctor() if not check.ok)
    assert (recall.name, recall.remedy) == ("recall", "rag reindex")
    large.reindex()
    assert all(check.ok for check in large.doctor())


def test_a_small_change_copies_nothing_large(large: App, tmp_path: Path) -> None:
    def held() -> dict[str, int]:
        (index,) = large.paths.index(1).parent.iterdir()
        files = (path for path in index.rglob("*") if path.is_file())
        return {path.name: path.stat().st_ino for path in files if path.stat().st_size > 20_000}

    before = held()
    (tmp_path / "papers" / "new.md").write_text("Записка о башенных кранах.", encoding="utf-8")
    (tmp_path / "papers" / "0.md").unlink()
    large.ingest([tmp_path / "papers"], sync=True)
    after = held()
    assert {"1.vectors", "1.codes"} <= before.keys()
    del before["idf.npy"]
    assert before.items() <= after.items()
    assert large.search("башенный кран", k=1).passages[0].document == "new.md"
    found = large.search("смета договор", k=50).passages
    assert "0.md" not in {passage.document for passage in found}
    assert all(check.ok for check in large.doctor())


def test_a_choice_of_documents_is_searched_whole(large: App) -> None:
    scope = Scope(("3.md", "7.md"))
    found = large.search("смета договор склад", k=40, scope=scope, mode="vectors").passages
    assert {passage.document for passage in found} == {"3.md", "7.md"}


def test_codes_that_are_damaged_are_made_again(
    large: App, caplog: pytest.LogCaptureFixture
) -> None:
    codes = large.paths.index(1) / "vectors" / "1.codes"
    codes.write_bytes(codes.read_bytes()[:1000])
    assert large.search("смета", k=1).passages
    assert "building them from the catalogue" in caplog.text
    assert all(check.ok for check in large.doctor())
