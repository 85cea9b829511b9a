from __future__ import annotations

from pathlib import Path

from rag import extract
from rag.types import Citation, Document, Mark


def cite(document: Document):
    def make(_: str, start: int, end: int) -> Citation:
        return Citation("a.txt", None, None, start, end, document.text[start:end])

    return make


TEXT = """Годовой отчёт
Типография выпустила в этом году сорок книг и три альбома о птицах.
Птицы Белого берега стали главной книгой года типографии.
Погода в ноябре была дождливой.
Книга о птицах Белого берега получила премию и второй тираж.
Типография выпустила сорок книг и три альбома о птицах в этом году.
Что будет дальше с книгами?
"""


def test_a_summary_is_verbatim_in_the_order_of_the_text() -> None:
    document = Document("1", "t", TEXT)
    sentences = extract.summarise(document, cite(document), most=3)
    starts = [sentence.citations[0].start for sentence in sentences]
    assert starts == sorted(starts)
    for sentence in sentences:
        (citation,) = sentence.citations
        assert TEXT[citation.start : citation.end] == sentence.text


def test_a_summary_does_not_say_the_same_twice_nor_ask_nor_stray() -> None:
    document = Document("1", "t", TEXT)
    said = " ".join(s.text for s in extract.summarise(document, cite(document), most=3))
    assert said.count("три альбома о птицах") == 1
    assert "?" not in said
    assert "Погода" not in said


def test_a_summary_leaves_out_what_was_set_aside() -> None:
    begin = TEXT.index("Птицы Белого берега стали")
    mark = Mark("aside", begin, begin + 30, note="hidden")
    document = Document("1", "t", TEXT, marks=(mark,))
    said = " ".join(s.text for s in extract.summarise(document, cite(document), most=7))
    assert "главной книгой" not in said


def test_a_text_without_sentences_has_no_summary() -> None:
    document = Document("1", "t", "одна строка\nдругая")
    assert extract.summarise(document, cite(document)) == []


def test_an_answer_is_the_best_sentence_first_and_repeats_nothing(app, folder: Path) -> None:
    app.ingest([folder])
    answer = app.answer("сколько дней отпуска переносится?")
    assert answer.sentences[0].text.startswith("На следующий год переносится")
    assert len({sentence.text for sentence in answer.sentences}) == len(answer.sentences) <= 3
    for sentence in answer.sentences:
        (citation,) = sentence.citations
        _, document = app.document(citation.document)
        assert document.text[citation.start : citation.end] == sentence.text
