"""Templates: those that come with the program, those of users, and what is wrong with them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.jobs.reading import read_examples, read_template
from rag.jobs.shelf import SHIPPED, begin, listing, load, names

SOUND = """
output = "json"
rows = true
temperature = 0.2
stop = ["###"]
[description]
ru = "Счета"
en = "Bills"
[instruction]
ru = "Выпиши счета, {what}."
en = "Take out the bills, {what}."
[options.what]
default = { ru = "все", en = "all" }
[[fields]]
name = "sum"
type = "number"
[[fields]]
name = "state"
choices = ["open", "paid"]
[[examples]]
text = "Счёт на 5 рублей, оплачен."
answer = { rows = [{ sum = 5, state = "paid" }] }
"""


def write(folder: Path, text: str, name: str = "bills") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_job_that_comes_with_the_program_is_sound_in_both_languages() -> None:
    rows = listing([])
    assert {row.name for row in rows} == {
        *("summarise", "expand", "extract", "classify", "sentiment", "reply", "critique"),
        "translate-code",
    }
    for row in rows:
        assert row.template is not None, row.fault
        for words in (row.template.description, row.template.needs, row.template.instruction):
            assert words["ru"] != words["en"]
        for option in row.template.options:
            assert option.about["ru"] != option.about["en"]


def test_a_template_of_a_user_is_read_whole(tmp_path: Path) -> None:
    template = read_template(write(tmp_path, SOUND))
    assert (template.name, template.output, template.check, template.long) == (
        *("bills", "json", "values", "merge"),
    )
    assert (template.rows, template.temperature, template.stop) == (True, 0.2, ("###",))
    assert [(f.name, f.kind, f.choices) for f in template.fields] == [
        ("sum", "number", ()),
        ("state", "text", ("open", "paid")),
    ]
    assert template.examples[0].answer == '{"rows": [{"sum": 5, "state": "paid"}]}'
    assert template.settled({"what": "новые"}, "ru") == {"what": "новые"}
    assert template.settled({}, "en") == {"what": "all"}


def test_one_text_serves_both_languages(tmp_path: Path) -> None:
    template = read_template(write(tmp_path, 'instruction = "Do it."'))
    assert template.instruction == {"ru": "Do it.", "en": "Do it."}
    assert (template.output, template.check, template.long) == ("text", "strike", "condense")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("output = ", "is no TOML"),
        ("", "instruction is missing"),
        ('instruction = ""', "instruction is missing"),
        ('instruction = "x"\nanswer = 1', "line 2: answer is not known"),
        ('\n\noutput = "xml"\ninstruction = "x"', "line 3: output is one of text, json, code"),
        ('instruction = "x"\ncheck = "values"', "line 2: check is one of strike, mark, none"),
        ('instruction = "x"\nlong = "vote"', "line 2: long is one of condense"),
        ('instruction = "x {tone}"', "line 1: instruction names {tone}, which is no option"),
        ('instruction = "x"\noutput = "json"', "neither [[fields]] nor [schema]"),
        ('instruction = "x"\nrows = true', 'are for "json"'),
        ('instruction = "x"\nrows = 1', "line 2: rows is true or false"),
        ('instruction = "x"\ntemperature = 3', "line 2: temperature is a number from 0 to 2"),
        ('instruction = "x"\ntemperature = true', "temperature is a number"),
        ('instruction = "x"\nmax_tokens = 0', "line 2: max_tokens is a whole number"),
        ('instruction = "x"\nstop = "a"', "line 2: stop is an array"),
        ('instruction = { de = "x" }', "instruction.de is not known"),
        ("instruction = 5", "instruction is a text"),
        ('instruction = "x"\n[options.tone]\n', "line 2: options.tone has no default"),
        ('instruction = "x"\n[options.tone]\ndefault = 1', "options.tone.default is no text"),
        ('instruction = "x"\n[options.tone]\ntype = "color"', "line 3: options.tone.type"),
        (
            'instruction = "x"\n[options.tone]\ndefault = "a"\nchoices = ["b"]',
            "none of the choices: b",
        ),
        ('instruction = "x"\n[options.tone]\ndefault = { ru = "a" }', "values named ru and en"),
        ('instruction = "x"\n[options.language]\ndefault = "ru"', "one of every job"),
        ('instruction = "x"\noptions = 1', "options are tables"),
        ('output = "json"\ninstruction = "x"\n[[fields]]\nname = "a b"', "no name for a field"),
        ('output = "json"\ninstruction = "x"\n[[fields]]\ntype = "text"', "no name for a field"),
        (
            'output = "json"\ninstruction = "x"\n[[fields]]\nname = "a"\ntype = "money"',
            "of no known kind: money",
        ),
        (
            'output = "json"\ninstruction = "x"\n[[fields]]\nname = "a"\nchoices = "{labels}"',
            "names no option that is a list",
        ),
        (
            'output = "json"\ninstruction = "x"\nlong = "vote"\nrows = true\n'
            '[[fields]]\nname = "a"',
            "rows of pieces cannot vote",
        ),
        ('output = "json"\ninstruction = "x"\n[schema]\ntype = "thing"', "is no JSON Schema"),
        (SOUND + '[[examples]]\ntext = "x"', "examples 2 lacks a text or an answer"),
        (SOUND + '[[examples]]\ntext = "x"\nanswer = "no"', "the answer is no JSON"),
        (
            SOUND + '[[examples]]\ntext = "x"\nanswer = { rows = [{ sum = "many" }] }',
            "examples 2: the answer is not as asked for",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_file_and_line(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        read_template(path)
    assert said in caught.value.message
    assert str(path) in caught.value.message


def test_a_file_that_is_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_bytes(b"\xff\xfe\x00")
    for name in ("odd", "missing"):
        with pytest.raises(UsageError, match="cannot be read"):
            read_template(tmp_path / f"{name}.toml")


def test_options_are_typed(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        'instruction = "{a}{b}{c}{d}"\n[options.a]\ntype = "integer"\ndefault = 1\n'
        '[options.b]\ntype = "boolean"\ndefault = false\n'
        '[options.c]\ntype = "list"\ndefault = []\n'
        '[options.d]\ndefault = "x"\nchoices = ["x", "y"]\n',
    )
    template = read_template(path)
    settled = template.settled({"a": "3", "b": "да", "c": "one, two,one", "d": "y"}, "ru")
    assert settled == {"a": 3, "b": True, "c": ("one", "two"), "d": "y"}
    for name, value in (("a", "many"), ("b", "maybe"), ("c", " ,"), ("d", "z"), ("e", "1")):
        with pytest.raises(UsageError):
            template.settled({name: value}, "ru")


def test_further_examples_come_from_a_file(tmp_path: Path) -> None:
    template = read_template(write(tmp_path, SOUND))
    more = write(tmp_path, '[[examples]]\ntext = "a"\nanswer = \'{"rows": []}\'\n', "more")
    assert [each.text for each in read_examples(more, template)] == ["a"]
    with pytest.raises(UsageError, match="examples are missing"):
        read_examples(write(tmp_path, "", "none"), template)
    with pytest.raises(UsageError, match="output is not known"):
        read_examples(write(tmp_path, 'output = "json"', "odd"), template)


def test_a_folder_of_the_user_counts_before_what_comes_with_the_program(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    write(first, 'instruction = "mine"', "summarise")
    write(second, 'instruction = "other"', "summarise")
    write(second, "output =", "broken")
    write(second, 'instruction = "x"', "no name")
    assert load("summarise", [first, second]).instruction["ru"] == "mine"
    assert names([tmp_path / "none"])["summarise"].parent == SHIPPED
    rows = {row.name: row for row in listing([first, second])}
    assert rows["broken"].template is None
    assert "no TOML" in rows["broken"].fault
    assert rows["extract"].template is not None
    assert "no name" not in rows


def test_a_job_that_there_is_not_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean summarise"):
        load("summarize", [])
    with pytest.raises(UsageError, match="rag jobs"):
        load("../secret", [])


def test_a_new_template_is_sound_and_is_not_written_over(tmp_path: Path) -> None:
    path = begin("news", tmp_path / "jobs")
    template = read_template(path)
    assert template.options[0].name == "tone"
    with pytest.raises(UsageError, match="there already"):
        begin("news", tmp_path / "jobs")
    with pytest.raises(UsageError, match="no name"):
        begin("../news", tmp_path)


def test_what_the_skeleton_says_in_comments_can_be_used(tmp_path: Path) -> None:
    text = begin("news", tmp_path).read_text(encoding="utf-8")
    usual = read_template(write(tmp_path, text.replace("#= ", "").replace("#- ", ""), "usual"))
    assert (usual.output, usual.check, usual.long, usual.max_tokens) == (
        *("text", "strike", "condense", 400),
    )
    assert [each.text for each in usual.examples] == ["…"]
    rows = 'output = "json"\nrows = true\n' + text.replace("#+ ", "")
    assert [f.name for f in read_template(write(tmp_path, rows, "rows")).fields] == ["sum", "state"]


def test_the_example_in_the_docs_is_sound_and_the_docs_name_every_job(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "jobs.md").read_text(encoding="utf-8")
    _, own = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    template = read_template(write(tmp_path, own, "docs"))
    assert template.examples
    assert set(re.findall(r"^\| `([\w-]+)` \|", page, re.MULTILINE)) == set(names([]))
