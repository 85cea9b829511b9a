"""What a set of questions may look like, and what is said of one that does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag.errors import UsageError
from rag.evaluate import Gold, Item, chosen, documents_folder, find, load
from rag.evaluate.sheet import template

QUESTION = {
    "id": "1",
    "lang": "ru",
    "question": "Сколько дней?",
    "answerable": True,
    "evidence": [{"document": "a.pdf", "page": 3, "quote": "Десять дней.", "lines": [12, 18]}],
    "answers": ["10"],
    "scope": "a.pdf",
    "kind": "fact",
}
ITEM = Item(
    "1",
    "Сколько дней?",
    True,
    (Gold("a.pdf", 3, "Десять дней.", (12, 18)),),
    ("10",),
    "a.pdf",
    "ru",
    "fact",
)


def lines(*values: Any) -> str:
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)


def read(folder: Path, text: str, name: str = "questions.jsonl", encoding: str = "utf-8") -> Any:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return load(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_question_is_read_whole_in_any_form_of_unicode(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, "\n" + lines(QUESTION), encoding=encoding) == [ITEM]


def test_what_need_not_be_said_is_filled_in(tmp_path: Path) -> None:
    first = {"question": "Who?", "answerable": True, "answers": [308]}
    second = {"question": "Кто?", "answerable": False, "source": "passed over"}
    assert read(tmp_path, lines(first, second)) == [
        Item("1", "Who?", True, (), ("308",), None, "en"),
        Item("2", "Кто?", False, (), (), None, "ru"),
    ]


def test_a_line_separator_inside_a_question_ends_no_line(tmp_path: Path) -> None:
    (found,) = read(tmp_path, lines(QUESTION | {"question": "One\u2028two\x85three?"}))
    assert found.question == "One\u2028two\x85three?"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not json\n", "line 1: no JSON (Expecting value at column 1)"),
        (lines(QUESTION) + '{"id": \n', "line 2: no JSON"),
        ("[1]\n", 'line 1: not an object {"question": …}'),
        (lines({"id": 1}), 'line 1: "question" is missing'),
        (lines(QUESTION | {"question": " "}), '"question" is missing'),
        (lines(QUESTION | {"question": ["?"]}), '"question" is to be text'),
        (lines(QUESTION | {"answerable": "yes"}), '"answerable" is to be true or false'),
        (lines(QUESTION | {"answerable": None}), '"answerable" is to be true or false'),
        (lines(QUESTION | {"evidence": [], "answers": []}), 'needs "evidence" or "answers"'),
        (lines(QUESTION | {"answerable": False}), 'that is not answerable has "evidence"'),
        (lines(QUESTION | {"evidence": {}}), '"evidence" is to be a list'),
        (lines(QUESTION | {"evidence": ["a.pdf"]}), '"evidence" is to hold objects'),
        (lines(QUESTION | {"evidence": [{"page": 1}]}), '"document" is missing'),
        (lines(QUESTION | {"evidence": [{"document": "a", "page": "3"}]}), '"page" is to be'),
        (lines(QUESTION | {"evidence": [{"document": "a", "lines": [4, 3]}]}), '"lines" are to be'),
        (lines(QUESTION | {"evidence": [{"document": "a", "lines": [4]}]}), '"lines" are to be'),
        (lines(QUESTION | {"answers": "10"}), '"answers" is to be a list'),
        (lines(QUESTION | {"answers": [None]}), '"answers" are to be texts'),
        (lines(QUESTION | {"anwsers": ["10"]}), '"anwsers" is unknown; is "answers" meant?'),
        (lines(QUESTION, QUESTION), "line 2: the id '1' stands on line 1 already"),
        ("", "holds no questions (the file is empty)"),
        ("\n \n", "holds no questions (the file is empty)"),
        ("[1]\n" * 8, 'line 5: not an object {"question": …}; and 3 more'),
    ],
)
def test_what_is_wrong_with_a_file_is_told_by_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match="rag eval --help") as caught:
        read(tmp_path, text)
    assert said in str(caught.value)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"line 1: no JSON .*; line 3: not an object"):
        read(tmp_path, "{\n" + lines(QUESTION) + "7\n")


SHEET = """question,document,page,answer
"Сколько дней, если больше года?",a.pdf,3,10 | десять
Who is the king?,,,

,b.pdf,,
Where?,c.md,,
"""
ROWS = [
    Item(
        "2",
        "Сколько дней, если больше года?",
        True,
        (Gold("a.pdf", 3),),
        ("10", "десять"),
        None,
        "ru",
    ),
    Item("3", "Who is the king?", False),
    Item("6", "Where?", True, (Gold("c.md"),)),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_a_sheet_is_an_easier_beginning(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, SHEET, "questions.csv", encoding) == ROWS


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_sheet_may_be_parted_as_spreadsheets_do(tmp_path: Path, delimiter: str) -> None:
    header, first, *_ = SHEET.splitlines()
    quoted = first.rpartition('"')
    text = f'\n{header.replace(",", delimiter)}\n{quoted[0]}"{quoted[2].replace(",", delimiter)}\n'
    (found,) = read(tmp_path, text, "mine.csv")
    assert (found.question, found.evidence, found.answers) == (
        "Сколько дней, если больше года?",
        (Gold("a.pdf", 3),),
        ("10", "десять"),
    )


def test_a_sheet_may_have_russian_columns_and_more_of_them(tmp_path: Path) -> None:
    text = (
        "Вопрос;Документ;Страница;Ответ;id;lines;quote;kind;scope;примечание\n"
        "Кто?;a.md;;Вера;q7;12-18;Вера сделает.;кто;a.md;спросить Веру\n"
    )
    place = Gold("a.md", None, "Вера сделает.", (12, 18))
    found = Item("q7", "Кто?", True, (place,), ("Вера",), "a.md", "ru", "кто")
    assert read(tmp_path, text, "questions.csv") == [found]


def test_a_question_that_comes_again_adds_a_place_and_pages_may_be_a_range(tmp_path: Path) -> None:
    text = "question,document,page,answer\nWhere?,a.pdf,2–3,here\nWhere?,b.pdf,1,there | here\n"
    (found,) = read(tmp_path, text, "questions.csv")
    assert found.evidence == (Gold("a.pdf", 2), Gold("a.pdf", 3), Gold("b.pdf", 1))
    assert found.answers == ("here", "there")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("вопросы\nКто?\n", "has no column question, only вопросы"),
        ("question,anwser\nWho?,Me\n", "the column 'anwser' is unknown. Is 'answer' meant?"),
        ("question,document,page\n?,a.pdf,third\n", "line 2: the column page holds 'third'"),
        ("question,document,page\n?,a.pdf,5-3\n", "numbers from 1 upwards"),
        ("question,document,page\n?,a.pdf,1-400\n", "the pages 1-400 are too many"),
        ("question,document,page\n?,,3\n", "column document is empty, though there is a page"),
        ("question,document\n,a.pdf\n", "holds no questions yet (the column question is empty)"),
    ],
)
def test_what_is_wrong_with_a_sheet_is_told(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text, "questions.csv")
    assert said in str(caught.value)


def test_a_new_sheet_names_documents_of_all_the_folder_and_is_read_when_filled_in() -> None:
    names = [f"{number:02}, final.pdf" for number in range(100)]
    text = template(names)
    rows = text.splitlines()
    assert rows[0] == "question,document,page,answer"
    assert rows[1] == ',"00, final.pdf",,'
    assert rows[8] == ',"87, final.pdf",,'
    assert rows[9:] == [",,,", ",,,"]
    assert template(["a.md"]).splitlines()[1:] == [",a.md,,", ",,,", ",,,"]


def test_a_filled_in_sheet_leaves_out_what_was_not(tmp_path: Path) -> None:
    text = template(["a.md", "b.md"]).replace(",b.md,,", "Who?,b.md,,")
    (found,) = read(tmp_path, text, "questions.csv", "utf-8-sig")
    assert found == Item("3", "Who?", True, (Gold("b.md"),))


def test_a_folder_means_its_file_of_questions(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="rag eval init"):
        find(tmp_path)
    with pytest.raises(UsageError, match="no file or folder"):
        find(tmp_path / "absent")
    sheet = tmp_path / "questions.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    assert find(tmp_path) == find(sheet) == sheet
    (tmp_path / "questions.jsonl").write_text(lines(QUESTION), encoding="utf-8")
    with pytest.raises(UsageError, match="Name one"):
        find(tmp_path)


def test_documents_lie_beside_the_questions_or_in_a_folder_of_that_name(tmp_path: Path) -> None:
    items = [Item(name, "?", True, (Gold(name),)) for name in ("a.md", "documents/b.md", "c.md")]
    assert documents_folder(tmp_path, items) == tmp_path
    below = tmp_path / "documents"
    below.mkdir()
    assert documents_folder(tmp_path, items) == below
    (tmp_path / "a.md").touch()
    assert documents_folder(tmp_path, items) == tmp_path
    (below / "b.md").touch()
    assert documents_folder(tmp_path, items) == tmp_path  # a slip in one name decides nothing
    (below / "a.md").touch()
    (below / "c.md").touch()
    (tmp_path / "a.md").unlink()
    assert documents_folder(tmp_path, items) == below


def test_some_of_the_questions_are_taken_the_same_every_time() -> None:
    items = [Item(str(number), "?", False) for number in range(10)]

    def ids(**how: Any) -> str:
        return "".join(item.id for item in chosen(items, **how))

    assert ids() == "0123456789"
    assert ids(half="even") == "02468"
    assert ids(half="odd") == "13579"
    assert ids(half="odd", limit=2) == "13"
    drawn = ids(sample=4)
    assert drawn == ids(sample=4) == "".join(sorted(drawn))
    assert len(drawn) == 4
    assert set(ids(half="odd", sample=3)) < set("13579")
    assert ids(sample=40) == "0123456789"
