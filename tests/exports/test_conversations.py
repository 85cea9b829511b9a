"""Conversations as Markdown, Word and JSON, read back."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.exports.conversation import export_conversation, page
from rag.prove import citations
from rag.types import (
    Answer,
    Chunk,
    Citation,
    Due,
    Entry,
    Link,
    Passage,
    Promise,
    Round,
    Scope,
    Sentence,
)

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
TIME = datetime(2026, 11, 26, 15, 40, tzinfo=UTC)
MOSCOW = timezone(timedelta(hours=3), "MSK")
HOSTILE = (
    "a | b\n| --- |\n<script>alert(1)</script> ![x](http://evil) [y](javascript:x) `code` **c** "
    "\x1b[31mred\x1b[0m <img src=x onerror=y> # h $x$ &lt;b&gt; </td> \\ ~~s~~ [z]: http://e\x00"
)
FIRST = Citation("правила.pdf", 3, 40, 100, 130, "Отпуск длится 28 календарных\nдней.")
SECOND = Citation("handbook.md", None, 7, 0, 20, "Holiday lasts a month.")


def answered(**changes: Any) -> Round:
    answer = Answer(
        "Отпуск длится 28 дней. Всё.",
        (
            Sentence("Отпуск длится 28 дней.", "supported", (FIRST, SECOND)),
            Sentence("Он длится месяц.", "partly", (SECOND,), "о месяце сказано иначе"),
        ),
        struck=(Sentence("Луна из сыра.", "unsupported", (), "этого нет в документах"),),
        by="model",
        asked="Сколько длится отпуск по правилам?",
        notes=("ответ остановлен",),
    )
    given = {"answer": answer, "model": "transformers:tiny", **changes}
    return Round("а сколько?", "done", TIME, 1.5, **given)


def promised() -> Round:
    due = Due("в пятницу", "2025-11-14", "2025-11-14")
    promise = Promise(
        who="Борис",
        to_whom="Анна",
        what="пришлю смету",
        when=due,
        line=4,
        start=50,
        end=80,
        quote="Хорошо, пришлю в пятницу.",
        act="promise",
        status="open",
    )
    quote = "Смету пришлю в понедельник."
    link = Link("moved", "позже.txt", "Позже", None, 9, 0, 20, quote, "Борис", None)
    entry = Entry("план|ёрка.txt", "Планёрка", None, promise, "Борис", "Анна", "open", (link,))
    sentence = Sentence(
        "Борис → Анна: пришлю смету",
        "supported",
        (Citation("план|ёрка.txt", None, 4, 50, 80, promise.quote),),
    )
    return Round(
        "Кто что обещал?", "done", TIME, 0.1, answer=Answer("…", (sentence,), entries=(entry,))
    )


def refused() -> Round:
    chunk = Chunk("c", "d", 0, 30, "Заявление подают в отдел кадров.", "")
    passage = Passage(chunk, "правила.pdf", (2,), None, 0.5, 1, ("words",))
    text = "В ваших документах этого нет."
    return Round(
        "Где луна?", "done", TIME, 0.1, answer=Answer(text, passages=(passage,), refusal=text)
    )


def headings(text: str) -> list[str]:
    tokens = PARSER.parse(text)
    return [tokens[i + 1].content for i, t in enumerate(tokens) if t.type == "heading_open"]


def words_of(*rounds: Round, language: Any = "ru") -> list[str]:
    made = Document(BytesIO(export_conversation(rounds, "docx", language, MOSCOW)))
    cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    return [paragraph.text for paragraph in made.paragraphs] + cells


# -- what is in it


def test_markdown_has_the_answer_its_places_and_what_was_struck() -> None:
    text = page([answered(scope=Scope(("правила.pdf",), since="2025-01-01"))], "ru", MOSCOW)
    assert headings(text) == [
        "Разговор с документами",
        "а сколько?",
        "Источники",
        "Вычеркнуто: документы этого не подтверждают",
    ]
    for line in (
        "- Когда: 2026-11-26 18:40 MSK",
        "- Чьи слова: transformers:tiny",
        "- Где искали: правила.pdf; с 2025-01-01",
        "- Понято так: Сколько длится отпуск по правилам?",
        r"Отпуск длится 28 дней. \[1\]\[2\]",
        r"Он длится месяц. \[2\] (подтверждается отчасти: о месяце сказано иначе)",
        r"- \[1\] правила.pdf, стр. 3: «Отпуск длится 28 календарных дней.»",
        r"- \[2\] handbook.md, строка 7: «Holiday lasts a month.»",
        "- Луна из сыра. — этого нет в документах",
        "- ответ остановлен",
    ):
        assert line in text.splitlines(), line


def test_word_has_the_same() -> None:
    words = words_of(answered())
    for text in (
        "Отпуск длится 28 дней. [1][2]",
        "[1] правила.pdf, стр. 3: «Отпуск длится 28 календарных дней.»",
        "Луна из сыра. — этого нет в документах",
        "ответ остановлен",
    ):
        assert text in words
    assert any("18:40 MSK · Чьи слова: transformers:tiny" in each for each in words)


def test_what_was_struck_is_struck_through_in_word() -> None:
    made = Document(BytesIO(export_conversation([answered()], "docx", "en")))
    struck = [run.text for p in made.paragraphs for run in p.runs if run.font.strike]
    assert struck == ["Луна из сыра."]
    assert made.core_properties.created.date() == TIME.date()


@pytest.mark.parametrize("form", ["md", "docx"])
def test_promises_are_a_table_with_their_words(form: Any) -> None:
    row = ["Борис", "Анна", "пришлю смету", "2025-11-14 (в пятницу)", "план|ёрка.txt:4"]
    if form == "docx":
        words = words_of(promised())
        assert words[-5:] == row
        assert "план|ёрка.txt:4: «Хорошо, пришлю в пятницу.»" in words
        return
    text = page([promised()], "ru")
    tokens = PARSER.parse(text)
    cells = [tokens[i + 1].children[0].content for i, t in enumerate(tokens) if t.type == "td_open"]
    inline = [html.unescape(PARSER.renderInline(line)) for line in text.splitlines()]
    assert cells[:4] == row[:4]
    assert "- план|ёрка.txt:4: «Хорошо, пришлю в пятницу.»" in inline
    assert any("позже.txt:9 «Смету пришлю в понедельник.»" in line for line in inline)
    assert "Борис → Анна" not in text  # the sentence would say it again


def test_a_refusal_shows_what_is_nearest() -> None:
    text = page([refused()], "ru")
    assert "В ваших документах этого нет." in text.splitlines()
    assert "- правила.pdf, стр. 2: «Заявление подают в отдел кадров.»" in text.splitlines()
    assert "Ближайшее, что есть" in words_of(refused())


def test_what_has_no_answer_says_why() -> None:
    failed = Round("Где?", "failed", TIME, 0.1, error="It fell over", hint="Stand it up")
    stopped = Round("Где?", "stopped", TIME, 0.1)
    text = page([failed, stopped], "en")
    assert "No answer: It fell over. Stand it up" in text
    assert "Stopped before there was an answer." in text


def test_words_of_documents_in_place_of_a_models_are_told() -> None:
    found = answered()
    assert found.answer is not None
    told = page([replace(found, answer=replace(found.answer, by="documents"))], "en")
    assert "Nothing the model said is supported" in told
    assert "- Words of: the documents themselves" in told
    assert "Nothing the model said" not in page([found], "en")


def test_no_word_of_the_other_language_is_in_the_labels() -> None:
    question = replace(promised(), question="?", answer=Answer("", entries=()))
    failed = Round("?", "stopped", TIME, 0.1, Scope((), "2025-01-01", "2025-02-01"), "work")
    english, russian = (page([question, failed], language) for language in ("en", "ru"))
    assert not re.search("[а-яё]", english.lower())
    assert set(re.findall("[a-z]+", russian.lower())) <= {"utc", "work"}


def test_a_long_question_is_whole_below_its_heading() -> None:
    question = "слово " * 100
    text = page([replace(refused(), question=question)], "ru")
    assert len(headings(text)[1]) < 170
    assert question.strip() in text.splitlines()
    assert question.strip() in words_of(replace(refused(), question=question))


def test_json_has_all_of_it_and_its_quotes_can_be_proved() -> None:
    rounds = [answered(scope=Scope(("правила.pdf",))), refused(), promised()]
    rounds.append(Round("Где?", "failed", TIME, 0.1, error="It fell over", hint="Stand it up"))
    data = export_conversation(rounds, "json", "ru", MOSCOW)
    value = json.loads(data)
    assert value["schema"] == 1
    first, _, _, last = value["rounds"]
    assert set(first) == set(last)
    assert first["time"] == "2026-11-26T15:40:00+00:00"
    assert first["scope"]["documents"] == ["правила.pdf"]
    assert first["answer"]["struck"][0]["text"] == "Луна из сыра."
    assert (last["answer"], last["error"]["hint"]) == (None, "Stand it up")
    promise = rounds[2].answer
    assert promise is not None
    assert citations(data.decode()) == [FIRST, SECOND, *promise.citations]


def test_an_empty_conversation_is_a_file_too() -> None:
    assert page([], "ru") == "# Разговор с документами\n"
    assert words_of() == ["Разговор с документами"]
    assert json.loads(export_conversation([], "json", "ru"))["rounds"] == []


# -- what may be in documents


def hostile(text: str) -> list[Round]:
    """Every text of a conversation that comes from outside is this one."""
    place = Citation(text, 1, 1, 0, 9, text)
    sentence = Sentence(text, "partly", (place,), text)
    answer = Answer(text, (sentence,), struck=(sentence,), by="model", asked=text, notes=(text,))
    failed = Round(text, "failed", TIME, 1, error=text, hint=text)
    given = promised().answer
    assert given is not None
    (entry,) = given.entries
    link = replace(entry.links[0], document=text, quote=text)
    promise = replace(entry.promise, quote=text, what=text, when=Due(text, None, None))
    entry = Entry(text, text, None, promise, text, text, "open", (link,))
    chunk = Chunk("c", "d", 0, 30, text, "")
    passage = Passage(chunk, text, (), 3, 0.5, 1, ("words",))
    return [
        Round(text, "done", TIME, 1, Scope((text,)), text, text, answer),
        replace(promised(), answer=replace(given, entries=(entry,))),
        replace(refused(), answer=Answer(text, passages=(passage,), refusal=text)),
        failed,
    ]


def test_nothing_of_a_document_works_in_markdown() -> None:
    tokens = PARSER.parse(page(hostile(HOSTILE), "ru"))
    kinds = {t.type for t in tokens} | {c.type for t in tokens for c in t.children or ()}
    assert kinds <= {
        *("heading_open", "heading_close", "inline", "paragraph_open", "paragraph_close", "text"),
        *("bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"),
        *(
            f"{part}_{end}"
            for part in ("table", "thead", "tbody", "tr", "th", "td")
            for end in ("open", "close")
        ),
        "text_special",
    }
    text = page(hostile(HOSTILE), "ru")
    assert "\x1b" not in text
    assert "\x00" not in text


@settings(max_examples=20, deadline=None, derandomize=True, database=None)
@given(st.text(alphabet=st.characters(), max_size=60))
def test_any_text_makes_a_file_of_every_form(text: str) -> None:
    rounds = hostile(text)
    markdown = export_conversation(rounds, "md", "en").decode()
    tokens = PARSER.parse(markdown)
    cells = sum(token.type in ("td_open", "th_open") for token in tokens)
    assert cells == 10
    assert sum(token.type == "heading_open" and token.tag == "h2" for token in tokens) == 4
    Document(BytesIO(export_conversation(rounds, "docx", "en")))
    assert len(json.loads(export_conversation(rounds, "json", "en"))["rounds"]) == 4
