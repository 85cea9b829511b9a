from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.evaluate import auroc, load


@pytest.mark.parametrize(
    ("positive", "negative", "area"),
    [
        ([0.9, 0.8], [0.1, 0.2], 1.0),
        ([0.1], [0.9], 0.0),
        ([0.5, 0.5], [0.5], 0.5),
        ([0.9, 0.3], [0.5], 0.5),
        ([0.9, 0.5], [0.5, 0.1], 0.875),
        ([], [0.5], None),
    ],
)
def test_auroc_is_the_chance_of_the_right_order(
    positive: list[float], negative: list[float], area: float | None
) -> None:
    assert auroc(positive, negative) == area


@pytest.mark.parametrize("text", ["not json\n", '{"id": 1}\n', "[1]\n"])
def test_a_file_that_is_no_set_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "questions.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="rag eval --help"):
        load(tmp_path / "questions.jsonl")
