from __future__ import annotations

from pathlib import Path


def test_an_answer_is_the_best_sentence_first_and_repeats_nothing(app, folder: Path) -> None:
    app.ingest([folder])
    answer = app.answer("сколько дней отпуска переносится?")
    assert answer.sentences[0].text.startswith("На следующий год переносится")
    assert len({sentence.text for sentence in answer.sentences}) == len(answer.sentences) <= 3
    for sentence in answer.sentences:
        (citation,) = sentence.citations
        _, document = app.document(citation.document)
        assert document.text[citation.start : citation.end] == sentence.text
