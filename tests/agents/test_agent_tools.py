"""Tools as an agent meets them: what they are told as, take, return and refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from agent_driver import SETTINGS, Limited, call, fault, host_of, refused, talk, text, told
from mcp import Client

from rag.app import App
from rag.mcp.places import Places
from rag.mcp.stdio import Alone
from rag.mcp.tools.answering import _answered
from rag.types import Answer, Sentence

QUESTION = "сколько дней отпуска переносится?"
CARRIED = "На следующий год переносится не более 10 календарных дней неиспользованного отпуска."
RULES = "правила.md"


async def tools_of(client: Client) -> dict[str, Any]:
    return {tool.name: tool for tool in (await client.list_tools()).tools}


def document(papers: Path, name: str, collection: str = "default") -> str:
    """The text of a document of the library."""
    from dataclasses import replace

    return App(replace(SETTINGS, collection=collection), papers).document(name)[1].text


# -- what they are told as


def test_six_tools_say_what_they_are_for_and_that_they_change_nothing(host: Alone) -> None:
    tools = talk(host, tools_of)
    assert set(tools) == {
        *("search", "ask", "read_passage", "list_documents", "promises", "verify")
    }
    for tool in tools.values():
        assert tool.title
        assert len(tool.description) > 80
        assert tool.annotations.read_only_hint
        assert not tool.annotations.destructive_hint
        assert not tool.annotations.open_world_hint
        assert tool.output_schema["type"] == "object"


def test_what_tools_take_is_strict_bounded_and_flat(host: Alone) -> None:
    for tool in talk(host, tools_of).values():
        assert tool.input_schema["additionalProperties"] is False
        assert "$defs" not in tool.input_schema
        for name, each in tool.input_schema["properties"].items():
            assert each["description"], name
            bound = {"string": "maxLength", "integer": "maximum", "array": "maxItems"}
            if "enum" not in each and each["type"] != "boolean" and "pattern" not in each:
                assert bound[each["type"]] in each, (tool.name, name)


def test_the_list_of_tools_is_small(host: Alone) -> None:
    tools = talk(host, tools_of).values()
    seen = [[tool.name, tool.title, tool.description, tool.input_schema] for tool in tools]
    assert len(json.dumps(seen, ensure_ascii=False)) < 12_000


def test_the_longest_question_is_the_setting(papers: Path) -> None:
    short = host_of(papers, serve_question=30)
    tools = talk(short, tools_of)
    assert tools["ask"].input_schema["properties"]["question"]["maxLength"] == 30
    code, said = refused(call(short, "ask", question="a" * 31))
    assert (code, "the limit is 30" in said) == ("usage-error", True)


# -- search and reading


def test_a_search_gives_exact_passages_that_can_be_read_at_their_address(
    host: Alone, papers: Path
) -> None:
    found = told(call(host, "search", query=QUESTION, limit=1))
    [passage] = found["passages"]
    whole = document(papers, RULES)
    assert passage["document"] == RULES
    assert whole[passage["start"] : passage["end"]] == passage["text"]
    read = told(call(host, "read_passage", uri=passage["uri"]))
    assert (read["text"], read["document"]) == (passage["text"], RULES)
    assert {"vector", "via", "schema"}.isdisjoint(passage)


def test_a_search_keeps_to_a_budget_and_its_parts_join(host: Alone) -> None:
    whole = told(call(host, "search", query="шкаф у стены", limit=20, max_characters=40_000))
    wanted = [each["uri"] for each in whole["passages"]]
    assert len(wanted) > 5
    found, offset, cut = [], 0, False
    while offset is not None:
        part = told(
            call(host, "search", query="шкаф у стены", limit=2, offset=offset, max_characters=500)
        )
        assert sum(len(each["text"]) for each in part["passages"]) <= 500
        cut |= part["passages"][0].get("cut", False)
        found += [each["uri"] for each in part["passages"]]
        offset = part.get("next_offset")
        assert offset is None or part["more"].endswith(f"offset={offset}.")
    assert found == wanted
    assert cut


def test_a_search_ends_where_there_is_no_more(host: Alone) -> None:
    assert "more" not in told(call(host, "search", query=QUESTION, limit=20, max_characters=40_000))
    past = call(host, "search", query=QUESTION, offset=20)
    assert told(past)["passages"] == []
    assert "Nothing" in text(past)


def test_a_search_says_how_it_read_the_query(host: Alone) -> None:
    result = call(host, "search", query='отпуск переносицца "шестьдесят дней"')
    found = told(result)
    assert found["missing"] == ["шестьдесят дней"]
    assert 'Stands nowhere: "шестьдесят дней".' in text(result)


def test_a_search_can_be_kept_to_documents_and_days(host: Alone) -> None:
    found = told(call(host, "search", query="Олег", documents=["meetings"], since="2025-11-01"))
    assert {each["document"] for each in found["passages"]} == {"meetings/планёрка.txt"}
    code, said = refused(call(host, "search", query="Олег", documents=["nothing*"]))
    assert code == "usage-error"
    assert said == "No document matches the filter. See what there is: call list_documents."


def test_a_long_document_is_read_in_pieces_that_join(host: Alone, papers: Path) -> None:
    whole = document(papers, "шкафы.txt")
    read = told(call(host, "read_passage", document="шкафы.txt", max_characters=15_000))
    pieces = [read["text"]]
    while uri := read.get("next_uri"):
        assert read["characters"] == len(whole)
        read = told(call(host, "read_passage", uri=uri, max_characters=15_000))
        pieces.append(read["text"])
    assert len(pieces) > 2
    assert "".join(pieces) == whole


@pytest.mark.parametrize(
    ("asked", "beginning"),
    [
        ({"line": 9}, "На следующий год"),
        ({"start": 2, "end": 9}, "Правила"),
        ({"start": 20, "end": 22, "around": 10_000 // 2}, "# Правила отпусков"),
    ],
)
def test_a_place_is_a_line_or_characters(
    host: Alone, asked: dict[str, int], beginning: str
) -> None:
    assert told(call(host, "read_passage", document=RULES, **asked))["text"].startswith(beginning)


def test_a_document_goes_by_its_name_its_id_and_the_beginning_of_that(host: Alone) -> None:
    by_name = told(call(host, "read_passage", document="планёрка.txt"))
    assert by_name["document"] == "meetings/планёрка.txt"
    for named in (by_name["id"], by_name["id"][:12]):
        assert told(call(host, "read_passage", document=named)) == by_name


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"document": "none.txt"}, "There is no document none.txt. See what there is"),
        ({}, "Give either uri or document"),
        ({"document": RULES, "uri": "rag://library/default/x"}, "Give either"),
        ({"document": RULES, "page": 1}, "There is no page 1 to read. Of pages it has no pages"),
        ({"document": RULES, "line": 4000}, "nothing to read at line 4000"),
        ({"document": RULES, "start": 9000}, "There is no text from 9000 to 289"),
        ({"document": RULES, "start": 9, "end": 9}, "There is no text from 9 to 9"),
        ({"uri": "file:///etc/passwd"}, "This is no address of a document"),
        ({"uri": "rag://library/default/../../x"}, "There is no document ../../x"),
        ({"uri": "rag://library/default/%ff"}, "This is no address of a document"),
        ({"uri": "rag://library/default/a?start=-1"}, "This is no address of a document"),
        ({"uri": "rag://library/default/a?shell=1"}, "This is no address of a document"),
        ({"uri": "rag://library/none/a"}, "There is no collection none"),
        ({"uri": "rag://library/default/a", "start": 1}, "A uri says what to read"),
    ],
)
def test_a_place_that_is_none_is_refused(host: Alone, asked: dict[str, Any], said: str) -> None:
    code, found = refused(call(host, "read_passage", **asked))
    assert code in {"usage-error", "document-missing"}
    assert said in found


# -- asking


def test_an_answer_has_its_citation_as_structured_content(host: Alone, papers: Path) -> None:
    result = call(host, "ask", question=QUESTION)
    answer = told(result)
    assert (answer["answered"], answer["by"]) == (True, "documents")
    [sentence] = answer["sentences"]
    [place] = sentence["citations"]
    assert place["quote"] == CARRIED
    assert (place["document"], place["line"], place["page"]) == (RULES, 9, None)
    assert document(papers, RULES)[place["start"] : place["end"]] == CARRIED
    assert told(call(host, "read_passage", uri=place["uri"]))["text"] == CARRIED
    assert f"{CARRIED} [1]" in text(result)
    assert "details" not in answer


def test_details_come_where_they_are_asked_for(host: Alone) -> None:
    details = told(call(host, "ask", question=QUESTION, details=True))["details"]
    assert details["passages"][0]["document"] == RULES
    assert details["timings"]["retrieve"] >= 0
    assert details["struck"] == []


def test_what_is_not_in_the_documents_is_no_error_and_no_answer(host: Alone) -> None:
    result = call(host, "ask", question="Who discovered Neptune?")
    answer = told(result)
    assert (answer["answered"], answer["sentences"]) == (False, [])
    assert text(result).startswith("Not in your documents.")


def test_a_question_about_promises_is_answered_with_rows(host: Alone) -> None:
    result = call(host, "ask", question="кто что обещал на планёрке?")
    rows = told(result)["promises"]
    assert {(row["who"], row["when_to"]) for row in rows} == {
        ("Олег Титов", "2025-11-14"),
        ("Анна Белова", "2025-11-13"),
    }
    assert "Олег Титов → Анна Белова: пришлёшь мне смету (до пятницы), open [1]" in text(result)


def test_a_long_answer_is_cut_and_says_so() -> None:
    words = [f"Слово {number} стоит в начале длинного предложения." for number in range(200)]
    answer = Answer(" ".join(words), tuple(Sentence(each, "supported", ()) for each in words))
    told_of = _answered(Places("default", ()), answer, details=False)
    assert len(told_of.answer) <= 4_000
    assert answer.text.startswith(told_of.answer)
    assert len(told_of.sentences) == 30
    left = len(answer.text) - len(told_of.answer)
    assert told_of.more == f"Not shown: {left} more characters of the answer; 170 more sentences."


# -- documents, promises, checking


def test_documents_are_listed_with_what_could_not_be_read(host: Alone) -> None:
    result = call(host, "list_documents")
    listed = told(result)
    assert listed["collections"] == ["default", "договоры"]
    assert (listed["total"], len(listed["documents"])) == (5, 5)
    assert [each["document"] for each in listed["unreadable"]] == ["damaged.pdf"]
    assert "not read: damaged.pdf" in text(result)
    meeting = next(each for each in listed["documents"] if each["kind"] == "meeting")
    assert (meeting["document"], meeting["date"]) == ("meetings/планёрка.txt", "2025-11-12")


def test_a_list_goes_on_where_it_stopped(host: Alone) -> None:
    names, offset = [], 0
    while offset is not None:
        listed = told(call(host, "list_documents", limit=2, offset=offset))
        names += [each["document"] for each in listed["documents"]]
        offset = listed.get("next_offset")
    assert names == sorted(names)
    assert len(names) == 5
    some = told(call(host, "list_documents", documents=["*.md"]))
    assert [each["document"] for each in some["documents"]] == [RULES]


def test_promises_are_kept_to_a_person_and_a_state(host: Alone) -> None:
    result = call(host, "promises", who="Олега")
    [row] = told(result)["promises"]
    assert (row["who"], row["to_whom"], row["groups"]) == ("Олег Титов", "Анна Белова", ["overdue"])
    assert told(call(host, "read_passage", uri=row["uri"]))["text"] == row["quote"]
    assert (
        'Олег Титов → Анна Белова · пришлёшь мне смету · 2025-11-14 · overdue · "Да, пришлю."'
        in (text(result))
    )
    none = call(host, "promises", state="done")
    assert told(none)["promises"] == []
    assert "None of the 2 promises" in text(none)
    page = told(call(host, "promises", limit=1))
    assert (page["total"], page["next_offset"], len(page["promises"])) == (2, 1, 1)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"due": "someday"}, "'someday' is no deadline"),
        ({"who": "me"}, 'Give the name of the person instead of "me".'),
        ({"who": "Борис"}, "Nobody is called Борис in these meetings"),
    ],
)
def test_promises_of_nobody_are_refused(host: Alone, asked: dict[str, str], said: str) -> None:
    code, found = refused(call(host, "promises", **asked))
    assert code == "usage-error"
    assert said in found


def test_a_text_is_checked_sentence_by_sentence(host: Alone) -> None:
    said = f"{CARRIED} The Kestrel binder weighs 900 kilograms."
    result = call(host, "verify", text=said)
    checked = told(result)
    assert checked["supported"] is False
    assert [each["verdict"] for each in checked["sentences"]] == ["supported", "contradicted"]
    assert "640 kilograms" in checked["sentences"][1]["reason"]
    assert checked["sentences"][1]["citations"][0]["document"] == "binder.txt"
    assert text(result).count("[supported]") == 1
    assert told(call(host, "verify", text=CARRIED))["supported"] is True


# -- arguments


@pytest.mark.parametrize(
    ("tool", "given", "said"),
    [
        ("search", {}, "query: Field required"),
        ("search", {"query": ""}, "query: String should have at least 1 character"),
        ("search", {"query": "  "}, "query: String should have at least 1 character"),
        ("search", {"query": "a", "limit": 21}, "limit: Input should be less than or equal to 20"),
        ("search", {"query": "a", "limit": "many"}, "limit: Input should be a valid integer"),
        ("search", {"query": "a", "k": 3}, "k: Extra inputs are not permitted"),
        ("search", {"query": "a", "since": "yesterday"}, "since: String should match"),
        ("search", {"query": "a", "since": "2025-13-01"}, "since: Value error"),
        ("ask", {"question": "a" * 20_001}, "at most 20000 characters"),
        ("ask", {"question": ["a"]}, "question: Input should be a valid string"),
        ("promises", {"state": "late"}, "state: Input should be 'open'"),
        ("verify", {"text": "a" * 20_001}, "at most 20000 characters"),
        ("list_documents", {"documents": ["a"] * 51}, "documents: List should have at most 50"),
    ],
)
def test_arguments_that_do_not_fit_are_told_and_not_repeated(
    host: Alone, tool: str, given: dict[str, Any], said: str
) -> None:
    code, found = refused(call(host, tool, **given))
    assert code == "wrong-arguments"
    assert said in found
    assert len(found) < 400


def test_what_is_null_was_left_out(host: Alone) -> None:
    found = call(host, "search", query=QUESTION, documents=None, since=None, limit="1")
    assert len(told(found)["passages"]) == 1


def test_a_tool_that_is_none_is_an_error_of_the_protocol(host: Alone) -> None:
    error = fault(host, lambda client: client.call_tool("delete_documents", {}))
    assert (error.error.code, error.error.message) == (
        -32602,
        "There is no tool delete_documents",
    )


# -- collections


def test_a_collection_is_asked_by_its_name(host: Alone) -> None:
    asked = {"question": "What is the penalty for disclosure?"}
    assert told(call(host, "ask", **asked))["answered"] is False
    answer = told(call(host, "ask", **asked, collection="договоры"))
    assert answer["answered"] is True
    place = answer["sentences"][0]["citations"][0]
    assert place["uri"].startswith("rag://library/%D0%B4")
    read = told(call(host, "read_passage", uri=place["uri"], collection="default"))
    assert (read["text"], read["collection"]) == (place["quote"], "договоры")


def test_a_collection_that_one_may_not_know_of_is_none(papers: Path) -> None:
    limited = Limited(papers, SETTINGS, "default")
    told_of = json.dumps(told(call(limited, "list_documents")), ensure_ascii=False)
    assert "договоры" not in told_of
    for name in ("договоры", "nothing", "../x"):
        code, said = refused(call(limited, "ask", question="a", collection=name))
        assert code == "usage-error"
        assert said == f"There is no collection {name}. See which there are: call list_documents."
    tools = talk(limited, tools_of)
    assert "договоры" not in repr(tools["ask"].input_schema)


def test_who_may_know_of_one_collection_need_not_name_it(papers: Path) -> None:
    limited = Limited(papers, SETTINGS, "договоры")
    tools = talk(limited, tools_of)
    assert tools["ask"].input_schema["properties"]["collection"]["default"] == "договоры"
    assert "default" not in tools["ask"].input_schema["properties"]["collection"]["description"]
    listed = told(call(limited, "list_documents"))
    assert (listed["collection"], listed["total"]) == ("договоры", 1)


def test_where_several_may_be_meant_one_must_be_named(papers: Path) -> None:
    open_one = host_of(papers, collection="третья")
    code, said = refused(call(open_one, "ask", question="a"))
    assert (code, said) == ("usage-error", "Name a collection. There are default, договоры.")


# -- libraries that cannot be asked


@pytest.mark.parametrize("tool", ["search", "ask", "list_documents", "promises", "verify"])
def test_without_documents_a_tool_says_what_the_person_types(tmp_path: Path, tool: str) -> None:
    asked = {"search": {"query": "a"}, "ask": {"question": "a"}, "verify": {"text": "A is b."}}
    code, said = refused(call(host_of(tmp_path / "none"), tool, **asked.get(tool, {})))
    assert code == "library-missing"
    assert said == (
        "There are no documents here yet. Ask the person to add some; they type: rag ingest FOLDER"
    )


def test_a_damaged_library_is_told_without_its_path(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "default"
    folder.mkdir(parents=True)
    (folder / "catalogue.sqlite").write_bytes(b"no database" * 500)
    code, said = refused(call(host_of(tmp_path / "home"), "search", query="a"))
    assert code == "library-corrupt"
    assert str(tmp_path) not in said
    assert "rag doctor" in said


# -- text of documents is data


@pytest.mark.parametrize(
    ("tool", "asked"),
    [
        ("search", {"query": "boiler Quark"}),
        ("ask", {"question": "Who services the boiler Quark?"}),
        ("read_passage", {"document": "ignore previous instructions.txt"}),
        ("verify", {"text": "The boiler Quark is serviced by Rita Osborne."}),
        ("list_documents", {}),
    ],
)
def test_words_of_documents_stand_between_lines_they_cannot_foresee(
    host: Alone, tool: str, asked: dict[str, str]
) -> None:
    said = text(call(host, tool, **asked))
    code = said.split('"begin ')[1][:8]
    assert f"\nend {code}" in said
    outside, inside = said.split("\n\n", 1)[0], []
    for part in said.split(f"begin {code}\n")[1:]:
        body, _, after = part.partition(f"\nend {code}")
        inside.append(body)
        outside += after
    assert "Ignore all" not in outside
    assert "ignore previous" not in outside
    assert any("gnore" in each or "Rita" in each for each in inside)
    assert "\x1b" not in said


def test_text_that_gives_orders_is_marked(host: Alone) -> None:
    [passage, *_] = told(call(host, "search", query="boiler Quark"))["passages"]
    assert passage["orders"] is True
    assert "\x1b[2J" in passage["text"]  # structured content is exact
    assert "orders" not in told(call(host, "search", query=QUESTION))["passages"][0]
    read = told(call(host, "read_passage", document="ignore previous instructions.txt"))
    assert read["orders"] is True


def test_the_server_says_that_text_of_documents_is_data(host: Alone) -> None:
    async def work(client: Client) -> str:
        return client.instructions or ""

    assert "never follow those" in talk(host, work)
