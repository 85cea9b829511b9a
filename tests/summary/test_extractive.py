"""Summaries without a model: what they take, what they leave, and that all of it is verbatim."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rag.summary import Source, order, summarise
from rag.summary.candidates import candidates, speeches
from rag.summary.vectors import Vectors
from rag.types import Citation, Document, Mark, Turn

TEXT = """Годовой отчёт
Типография выпустила в этом году сорок книг и три альбома о птицах.
Птицы Белого берега стали главной книгой года типографии.
Погода в ноябре была дождливой.
Книга о птицах Белого берега получила премию и второй тираж.
Типография выпустила сорок книг и три альбома о птицах в этом году.
Что будет дальше с книгами?
"""
OTHER = """The kestrel nests on cliffs above the northern shore of the island.
Its eggs hatch in May, and the young leave the nest in July.
The island's warden counts the nests on the cliffs every spring.
"""
MEETING = """Project Manager: Yeah . Yeah . Okay . I guess .
Designer: {vocalsound} Well , you know , I I mean it's like it's just {disfmarker} I don't know .
Project Manager: The budget for the remote control is twelve euros and the deadline is in June .
Designer: Um , yeah , so we kind of like you know we could maybe just do it , I guess .
Marketing: The survey of the users shows that the buttons on the case are too small for most .
Designer: You want me to like do that thing , you know , with it , or you don't , I mean .
Designer: Right .
Project Manager: I think I'm gonna say that you should just like get it , you know , okay .
"""


def cite(*documents: Document):
    held = {document.id: document for document in documents}

    def make(name: str, start: int, end: int) -> Citation:
        return Citation(name, None, None, start, end, held[name].text[start:end])

    return make


def said(document: Document, most: int, about: str = "") -> list[str]:
    found = summarise([Source(document)], cite(document), most=most, about=about)
    return [sentence.text for sentence in found]


def test_a_summary_is_verbatim_in_the_order_of_the_text() -> None:
    document = Document("1", "t", TEXT)
    found = summarise([Source(document)], cite(document), most=3)
    starts = [sentence.citations[0].start for sentence in found]
    assert len(found) == 3
    assert starts == sorted(starts)
    for sentence in found:
        (citation,) = sentence.citations
        assert TEXT[citation.start : citation.end] == sentence.text


def test_a_summary_does_not_say_the_same_twice_nor_ask_nor_stray() -> None:
    whole = " ".join(said(Document("1", "t", TEXT), 3))
    assert whole.count("три альбома о птицах") == 1
    assert "?" not in whole
    assert "Погода" not in whole


def test_a_summary_leaves_out_headings_and_what_was_set_aside() -> None:
    begin = TEXT.index("Птицы Белого берега стали")
    marks = (Mark("heading", 0, 13, 1), Mark("aside", begin, begin + 30, note="hidden"))
    whole = " ".join(said(Document("1", "t", TEXT, marks=marks), 7))
    assert "главной книгой" not in whole
    assert "отчёт" not in whole
    assert "сорок книг" in whole


def test_a_text_without_sentences_has_no_summary() -> None:
    assert said(Document("1", "t", "одна строка\nдругая"), 7) == []
    lines = "Отв.: Галеев Т. И. Срок: 28.11.2025.\nПрисутствовали: Рощин О. В., Гусев С. П.\n"
    assert said(Document("1", "t", lines), 7) == []


def test_captions_without_full_stops_and_capitals_have_a_summary() -> None:
    text = TEXT.lower().replace(".", "")
    starts = [0, *(at + 1 for at, char in enumerate(text[:-1]) if char == "\n"), len(text)]
    turns = tuple(Turn("Аня", text[a:b], 1, None, a, b) for a, b in pairwise(starts))
    assert len(said(Document("1", "t", text, turns=turns), 3)) == 3


def test_what_is_said_for_the_record_comes_before_talk_and_without_the_speaker() -> None:
    found = said(Document("1", "t", MEETING), 2)
    assert [sentence.split()[1] for sentence in found] == ["budget", "survey"]


def test_labels_that_keep_coming_back_are_speakers_but_fields_of_a_form_are_not() -> None:
    first, *_ = speeches(Document("1", "t", MEETING))
    assert MEETING[first[0] : first[1]].startswith("Yeah .")
    assert speeches(Document("1", "t", "Name: Ann Low\nAddress: Hill Road\nPhone: 12\n")) == []
    turn = Turn("Ann", "So it is.", 1, None, 5, 14)
    assert speeches(Document("1", "t", "Ann: So it is.", turns=(turn,))) == [(5, 14)]


def test_a_topic_leads_to_its_sentences_and_one_that_is_nowhere_to_none() -> None:
    document = Document("1", "t", TEXT + OTHER)
    (only,) = said(document, 1, about="the eggs")
    assert only.startswith("Its eggs hatch")
    assert said(document, 1, about="тираж книги")[0].endswith("премию и второй тираж.")
    assert said(document, 3, about="цена бензина") == []


def test_of_several_documents_each_has_a_sentence_while_they_go_round() -> None:
    one, two = Document("1", "t", TEXT), Document("2", "t", OTHER)
    found = summarise([Source(one), Source(two)], cite(one, two), most=2)
    assert [sentence.citations[0].document for sentence in found] == ["1", "2"]
    (best,) = summarise([Source(one), Source(two)], cite(one, two), most=1)
    assert best.text in TEXT + OTHER


def test_the_same_document_twice_says_everything_once() -> None:
    one, two = Document("1", "t", OTHER), Document("2", "t", OTHER)
    found = summarise([Source(one), Source(two)], cite(one, two), most=6)
    assert len(found) == len({sentence.text for sentence in found}) == 3


def test_a_promise_is_favoured() -> None:
    begin = TEXT.index("Погода в ноябре")
    source = Source(Document("1", "t", TEXT), [(begin, begin + 10)])
    assert (begin, TEXT.index("\n", begin)) in order(source, 3)


def test_the_first_sentence_below_each_heading_is_known() -> None:
    text = "Отчёт\nПервая фраза стоит под заголовком отчёта. Вторая фраза идёт следом за ней.\n"
    text += "Выводы\nТретья фраза говорит о том же самом.\n"
    marks = (
        Mark("heading", 0, 5, 1),
        Mark("heading", text.index("Выводы"), text.index("Выводы") + 6, 1),
    )
    found, spoken = candidates(Document("1", "t", text, marks=marks))
    assert [(each.opens, each.essence) for each in found] == [
        (True, False),
        (False, False),
        (True, True),
    ]
    assert not spoken


WORDS = st.lists(st.sampled_from(["море", "берег", "cliff", "nest", "книга"]), max_size=6)


@given(st.lists(WORDS, min_size=1, max_size=12))
def test_sparse_products_are_those_of_the_whole_matrix(bags: list[list[str]]) -> None:
    vectors = Vectors(bags)
    rows = np.array([vectors.likeness(row) for row in range(len(bags))])
    assert np.allclose(rows, rows.T)
    assert np.allclose(np.diag(rows), [float(bool(bag)) for bag in bags])
    others = rows.sum(0) - np.diag(rows)
    assert np.allclose(vectors.nearness() * max(others.max(), 1e-12), others, atol=1e-6)


@given(st.text(alphabet="абв .!?\n:—", max_size=300), st.integers(1, 9))
def test_whatever_the_text_a_summary_is_made_of_spans_that_do_not_overlap(
    text: str, most: int
) -> None:
    spans = sorted(order(Source(Document("1", "t", text)), most))
    assert len(spans) <= most
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def _span(part: str, text: str) -> tuple[int, int]:
    return text.index(part), text.index(part) + len(part)


TALK = (
    "Анна: Всем доброе утро, погода сегодня чудесная, солнце с самого утра светит.\n"
    "Олег: Птицы за окном поют громко, весна в этом году пришла рано.\n"
    "Анна: Ладно, забор.\nОлег: Решили: забор сносим.\n"
    "Анна: Крышу покроем листами, так дешевле на целую треть.\n"
    "Олег: Листы для крыши закажу завтра с утра, позвоню на склад.\n"
    "Анна: Вывеску на ворота закажу в пятницу у художника.\n"
    "Олег: Нет, вывеска не нужна, её подарит нам соседняя школа.\n"
)


def test_a_meeting_of_agreements_is_told_by_them_and_not_by_what_was_taken_back() -> None:
    source = Source(
        Document("1", "t", TALK),
        favoured=[_span("Листы для крыши закажу завтра с утра", TALK)],
        decided=[_span("забор сносим", TALK)],
        stale=[_span("Вывеску на ворота закажу", TALK)],
    )
    told = [TALK[start:end] for start, end in order(source, 2)]
    assert sorted(told) == [
        "Листы для крыши закажу завтра с утра, позвоню на склад.",
        "Решили: забор сносим.",
    ]
    assert not any("Вывеску" in TALK[start:end] for start, end in order(source, 4))


def test_each_part_of_such_a_meeting_has_a_sentence_before_any_has_two() -> None:
    roof, rest = TALK.index("Анна: Крышу"), TALK.index("Анна: Вывеску")
    source = Source(
        Document("1", "t", TALK),
        decided=[_span("забор сносим", TALK), _span("Листы для крыши закажу", TALK)],
        parts=[(0, roof - 1), (roof, rest - 1), (rest, len(TALK))],
    )
    places = sorted(start for start, _ in order(source, 3))
    assert places[0] < roof < places[1] < rest < places[2]
