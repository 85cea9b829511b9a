"""Notebooks: cells under the numbers Jupyter gives them, what they printed, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rag.errors import ReadError
from rag.readers.text.notebook import MAX_OUTPUT, read_notebook
from rag.types import Document


def code(source: Any, *outputs: dict[str, Any], number: int | None = 1) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "source": source,
        "outputs": list(outputs),
        "execution_count": number,
    }


def notebook(*cells: dict[str, Any]) -> bytes:
    return json.dumps({"cells": cells, "nbformat": 4, "metadata": {}}).encode()


def read(*cells: dict[str, Any]) -> Document:
    return read_notebook(notebook(*cells), "a.ipynb")


PLAIN = {"output_type": "execute_result", "data": {"text/plain": ["42"]}}
TABLE = "<p>One</p><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>"


def test_cells_stand_in_order_under_their_numbers() -> None:
    document = read(
        {"cell_type": "markdown", "source": ["# Смета *ремонта* #\n", "\n", "Считаем.\n"]},
        code(["x = 6\n", "    \n", "x * 7"], PLAIN, number=3),
        {"cell_type": "markdown", "source": "Итог\n----\nВсё."},
        code("", number=4),
        {"cell_type": "raw", "source": "raw words"},
    )
    assert document.text == (
        "# Смета *ремонта* #\n\nСчитаем.\n\nIn [3]:\nx = 6\n    \nx * 7\n\nOut[3]:\n42\n\n"
        "Итог\n\n----\nВсё.\n\nraw words"
    )
    marks = [(mark.level, document.text[mark.start : mark.end]) for mark in document.marks]
    assert marks == [(1, "# Смета *ремонта* #"), (2, "Итог")]
    assert (document.kind, document.encoding) == ("text", "utf-8")
    assert document.title == "Смета ремонта"


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ({"output_type": "stream", "text": ["one\n", "two"]}, "one\ntwo"),
        ({"output_type": "execute_result", "data": {"text/plain": "x"}}, "Out[1]:\nx"),
        ({"output_type": "display_data", "data": {"text/plain": "<Figure>"}}, "<Figure>"),
        ({"output_type": "display_data", "data": {"image/png": "iVBOR"}}, ""),
        (
            {"output_type": "error", "traceback": ["\x1b[31mValueError\x1b[0m", "bad"]},
            "ValueError\nbad",
        ),
        ({"output_type": "error", "ename": "E", "evalue": "bad"}, "bad"),
        ({"output_type": "execute_result", "data": {"text/html": TABLE}}, "One\n\na | b\n1 | 2"),
        ({"output_type": "pyout", "text": ["old"]}, "Out[1]:\nold"),
    ],
)
def test_outputs_are_text_or_nothing(output: dict[str, Any], expected: str) -> None:
    document = read(code("run()", output))
    assert document.text == f"In [1]:\nrun()\n\n{expected}".strip()


def test_a_table_that_is_a_result_is_marked() -> None:
    document = read(code("df", {"output_type": "execute_result", "data": {"text/html": TABLE}}))
    tables = [document.text[m.start : m.end] for m in document.marks if m.kind == "table"]
    assert tables == ["a | b\n1 | 2"]


def test_a_long_output_is_cut_and_told() -> None:
    document = read(
        code("p", {"output_type": "stream", "text": "y" * (MAX_OUTPUT + 1)}), code("q", PLAIN)
    )
    assert document.text.count("y") == MAX_OUTPUT
    assert document.notes == ("output of 1 cells cut at 20,000 characters",)


def test_a_picture_in_the_text_is_left_out() -> None:
    picture = "data:image/png;base64," + "iVBORw0KGgo" * 1000
    document = read({"cell_type": "markdown", "source": f"See ![chart]({picture}) here"})
    assert document.text == "See ![chart]() here"


def test_the_format_before_this_one_is_read() -> None:
    cells = [
        {"cell_type": "heading", "level": 2, "source": "Begin"},
        {"cell_type": "code", "input": "x", "prompt_number": 7, "outputs": []},
    ]
    data = json.dumps({"worksheets": [{"cells": cells}], "nbformat": 3}).encode()
    document = read_notebook(data, "a.ipynb")
    assert document.text == "Begin\n\nIn [7]:\nx"
    assert [mark.level for mark in document.marks] == [2]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"{", "its JSON is broken"),
        (b"[" * 100_000, "its JSON is broken"),
        (b"[]", "it has no cells"),
        (b'{"a": 1}', "it has no cells"),
        (b'{"cells": 5}', "it has no cells"),
        (b'{"cells": [1, null, {"cell_type": "code", "source": 3}]}', "holds no text"),
    ],
)
def test_what_is_no_notebook_gives_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        read_notebook(data, "a.ipynb")
