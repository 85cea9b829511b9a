"""Citation: true sentences stand on exact places, planted falsehoods are struck."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cite_cases import FALSE, PLACED, TEXTS, TRUE
from citing import LANGUAGES, cases, library, passages, singly
from hypothesis import given, settings
from hypothesis import strategies as st

from rag import sentences
from rag.cite.citing import cite
from rag.cite.clean import inert
from rag.cite.facts import facts
from rag.cite.names import latin
from rag.types import Chunk, Document, Line, Page, Passage, Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

#: Shares reached with the answers of `data/citing`, rounded down and up.
LOST, STRUCK = 0.07, 0.92


def document(name: str, text: str) -> Document:
    """A document with its lines, on two pages."""
    starts = [0, *(place + 1 for place, char in enumerate(text[:-1]) if char == "\n")]
    middle = starts[len(starts) // 2]
    pages = (Page(1, None, 0, middle), Page(2, None, middle, len(text)))
    lines = tuple(Line(number, start) for number, start in enumerate(starts, 1))
    return Document(name, name, text, pages=pages, lines=lines)


def passage(document: Document, rank: int) -> Passage:
    chunk = Chunk(document.id, document.id, 0, len(document.text), document.text)
    return Passage(chunk, document.id, (1, 2), 1, 1.0, rank, ("words",))


DOCUMENTS = {name: document(name, text.replace(".\n", ".\n\n")) for name, text in TEXTS.items()}
PASSAGES = [passage(each, rank) for rank, each in enumerate(DOCUMENTS.values(), 1)]


def check(text: str, names: list[str] | None = None) -> tuple[list[Sentence], list[Sentence]]:
    chosen = PASSAGES if names is None else [p for p in PASSAGES if p.document in names]
    return cite(text, chosen, DOCUMENTS)


@pytest.mark.parametrize(("sentence", "words"), PLACED)
def test_a_true_sentence_is_cited_from_the_line_that_says_it(sentence: str, words: str) -> None:
    standing, struck = check(sentence)
    assert not struck
    assert any(words in citation.quote for citation in standing[0].citations)


def test_of_true_sentences_at_most_one_in_twenty_is_lost() -> None:
    lost = [sentence for sentence in TRUE if not check(sentence)[0]]
    assert len(lost) <= 0.05 * len(TRUE), lost


def test_of_planted_falsehoods_at_least_nineteen_in_twenty_are_struck() -> None:
    standing = [sentence for sentence in FALSE if check(sentence)[0]]
    assert len(standing) <= 0.05 * len(FALSE), standing


def test_every_citation_is_whole_sentences_at_an_exact_place() -> None:
    standing, struck = check(" ".join([*TRUE, *FALSE]))
    found = [citation for each in (*standing, *struck) for citation in each.citations]
    assert found
    for citation in found:
        source = DOCUMENTS[citation.document]
        assert source.text[citation.start : citation.end] == citation.quote
        assert citation.page == source.page_at(citation.start)
        assert citation.line == source.line_at(citation.start)
        spans = sentences.split(source.text)
        begins, ends = {start for start, _ in spans}, {end for _, end in spans}
        assert citation.start in begins
        assert citation.end in ends
        assert 1 <= len(sentences.split(citation.quote)) <= 2


def test_every_struck_sentence_says_why() -> None:
    assert all(each.reason for each in check(" ".join(FALSE))[1])


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Цена договора составляет 1 540 000 рублей без НДС.", "1 540 000"),
        ("Штраф за отказ от приёмки предусмотрен.", "предусмотрен"),
        ("Operating costs fell to $3.2 million.", "$3.2 million"),
        ("The board proposed a dividend for the year.", "propose"),
        ("Перевозку и страхование груза оплачивает покупатель.", "поставщик"),
    ],
)
def test_a_contradiction_names_what_differs(text: str, word: str) -> None:
    ((sentence,),) = [check(text)[1]]
    assert sentence.verdict == "contradicted"
    assert word in sentence.reason
    assert sentence.citations


def test_a_quotation_is_supported_but_not_the_tail_of_a_negation() -> None:
    (quoted,), _ = check("«Утечек газа не обнаружено.»")
    assert quoted.verdict == "supported"
    assert not check("Структурных повреждений не обнаружено.")[0]
    assert not check("not find: propose a dividend for the year")[0]
    assert not check("Сгорает.", ["policy.txt"])[0]


def test_marks_are_hints_and_those_that_point_nowhere_are_reported() -> None:
    text = "Утечек газа не обнаружено [1][99]. Children under ten enter free. [0, 2-3]"
    standing, struck = check(text)
    assert not struck
    assert [each.text for each in standing] == [
        "Утечек газа не обнаружено.",
        "Children under ten enter free.",
    ]
    assert [each.citations[0].document for each in standing] == ["trial.txt", "garden.txt"]
    assert standing[0].reason == "отметка [99] не указывает ни на один отрывок"
    assert standing[1].reason == "[0] names no passage"


def test_a_mark_decides_between_passages_that_say_the_same() -> None:
    text = "The gate is closed at night."
    twins = {name: document(name, f"{text}\n") for name in ("one.txt", "two.txt")}
    passages = [passage(each, rank) for rank, each in enumerate(twins.values(), 1)]
    for mark, name in ((1, "one.txt"), (2, "two.txt")):
        (sentence,), _ = cite(f"At night the gate is closed [{mark}].", passages, twins)
        assert sentence.citations[0].document == name


def test_two_quotations_carry_a_sentence_that_joins_two_places() -> None:
    text = "Гарантийный срок составляет 24 месяца, а цена договора — 1 450 000 рублей."
    (sentence,), _ = check(text, ["contract.txt"])
    assert len(sentence.citations) == 2


@pytest.mark.parametrize(
    ("text", "names", "stands"),
    [
        (
            "The contract price is 1,450,000 roubles, and 30% is paid first.",
            ["contract.txt"],
            True,
        ),
        ("Oleg Titarenko and Marina Soboleva are responsible.", ["contract.txt"], True),
        ("Пени составляют 24 месяца.", ["report.txt"], False),
        ("Паромы Heron и Plover вышли на линию 3 мая 2024 года.", ["report.txt"], True),
        ("Паромы Heron и Plover вышли на линию 4 мая 2024 года.", ["report.txt"], False),
        ("Паромы вышли на линию весной.", ["report.txt"], False),
    ],
)
def test_across_languages_only_facts_are_checked_and_support_is_never_full(
    text: str, names: list[str], stands: bool
) -> None:
    standing, _ = check(text, names)
    assert [each.verdict for each in standing] == ["partly"] * stands


@pytest.mark.parametrize("text", ["", "[1]", "Да.", "Вот что я нашёл:", "That is all."])
def test_what_states_nothing_never_stands(text: str) -> None:
    assert not check(text)[0]


def test_without_passages_nothing_stands() -> None:
    standing, struck = cite("The rent is 1,850 euros a month.", [], {})
    assert not standing
    assert struck[0].verdict == "unsupported"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1 000 000", "1,000,000"),
        ("1\u00a0000\u00a0000 рублей", "1 млн руб."),
        ("2,5 тыс. тонн", "2500 t"),
        ("5 %", "5 процентов"),
        ("три недели", "three weeks"),
        ("двадцать пять", "25"),
        ("восемь тысяч четыреста", "8 400"),
        ("three hundred and fifty", "350"),
        ("9:30", "9:30 a.m."),
        ("half a millimetre", "0,5 мм"),
        ("в двойном размере", "twice"),
        ("III", "3"),
        ("$1.2 billion", "1,2 млрд долларов"),
        ("six pounds forty", "£6.40"),
        ("12 рублей 50 копеек", "12,50 рубля"),
        ("двухнедельный", "две недели"),
        ("a two-week break", "2 weeks"),
        ("половина первого", "12:30"),
    ],
)
def test_numbers_are_the_same_however_they_are_written(one: str, other: str) -> None:
    (left,), (right,) = facts(one).numbers, facts(other).numbers
    assert left.same(right)
    assert left.unit == right.unit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15.11.2025", (2025, 11, 15)),
        ("15 ноября 2025 года", (2025, 11, 15)),
        ("2025-11-15", (2025, 11, 15)),
        ("November 15th, 2025", (2025, 11, 15)),
        ("15 Nov 2025", (2025, 11, 15)),
        ("к 15-му марта", (None, 3, 15)),
        ("в мае 2024", (2024, 5, None)),
        ("May 2024", (2024, 5, None)),
    ],
)
def test_dates_are_the_same_however_they_are_written(
    text: str, expected: tuple[int | None, int | None, int | None]
) -> None:
    assert facts(text).dates == (expected,)


@pytest.mark.parametrize("text", ["It may rain.", "32.13.2025", "маяк у причала", "march on"])
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    assert facts(text).dates == ()


def test_names_are_spelled_alike_in_both_scripts() -> None:
    assert latin("титаренко") == "titarenko"
    assert latin("соболева") == latin("soboleva")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a <b>bold</b> word", "a bold word"),
        ("<script>steal()</script>safe", "safe"),
        ("<scr<b>ipt>x", ""),
        ("![pixel](http://evil.example/?q=1) text", "pixel text"),
        ("see [here](https://evil.example/a)", "see here (evil.example/a)"),
        ("[go](javascript:alert)", "go (alert)"),
        ("red\x1b[31m\u202etxet", "redtxet"),
        ("<think>let me see</think>Answer.", "Answer."),
        ("let me see</think>Answer.", "Answer."),
        ("5 < 7 and 9 > 8", "5 < 7 and 9 > 8"),
    ],
)
def test_a_model_cannot_make_a_terminal_or_browser_act(text: str, expected: str) -> None:
    assert inert(text) == expected


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="аб№ \n.,;:!?«»[]()<>/-–0159%$нетabNo", max_size=80))
def test_any_text_is_taken_apart_without_failing(text: str) -> None:
    standing, struck = check(text, ["contract.txt", "report.txt"])
    assert all(each.citations for each in standing)
    assert all(each.text and each.reason for each in struck)


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_of_several_sentences_are_taken_apart_and_judged(
    language: str, tmp_path: Path
) -> None:
    texts, found = cases(language)
    documents = library(texts, tmp_path)
    struck: dict[str, list[bool]] = {"true": [], "false": []}
    for case in found:
        chosen = passages(documents, case.document)
        seen: set[str] = set()
        for answer in singly(case):
            standing = {each.text for each in cite(answer.text, chosen, documents)[0]}
            for said in answer.said:
                if said.kind == "frame" or (said.kind == "true" and said.text in seen):
                    continue
                seen.add(said.text)
                kind = "true" if said.kind == "true" else "false"
                struck[kind].append(said.text.removeprefix("- ") not in standing)
    assert sum(struck["true"]) <= LOST * len(struck["true"])
    assert sum(struck["false"]) >= STRUCK * len(struck["false"])


def test_items_of_a_list_are_checked_with_what_leads_in_to_them() -> None:
    text = (
        "The tenant repairs:\n- the windows.\n- the roof.\n\n"
        "The tenant may not:\n- sublet the yard."
    )
    standing, struck = check(text, ["lease.txt"])
    assert [each.text for each in standing] == ["The tenant repairs:", "the windows."]
    assert standing[0].citations == standing[1].citations
    assert [each.text for each in struck] == ["the roof.", "sublet the yard."]


@pytest.mark.parametrize(
    "text",
    ["Вот что найдено:", "Согласно документам:", "Here is what I found:", "## Price", "In short:"],
)
def test_what_speaks_of_the_answer_itself_is_neither_shown_nor_struck(text: str) -> None:
    assert check(text) == ([], [])
    standing, struck = check(f"{text}\n\nУтечек газа не обнаружено.")
    assert [each.text for each in standing] == ["Утечек газа не обнаружено."]
    assert not struck


@pytest.mark.parametrize(("model", "stands"), [("40", True), ("60", False)])
def test_a_number_may_belong_to_a_name_that_the_document_has(model: str, stands: bool) -> None:
    manual = document(
        "manual.txt", "The Kestrel 40 is new.\n\nThe output of the Kestrel is 480 books per hour.\n"
    )
    whole = passage(manual, 1)
    start = manual.text.index("The output")
    chunk = replace(whole.chunk, start=start, text=manual.text[start:])
    said = f"The output of the Kestrel {model} is 480 books per hour."
    standing, _ = cite(said, [replace(whole, chunk=chunk)], {"manual.txt": manual})
    assert bool(standing) is stands


def test_what_stands_right_below_a_heading_is_checked() -> None:
    standing, struck = check("## Итог\nУтечек газа не обнаружено. Луна сделана из сыра.")
    assert [each.text for each in standing] == ["Утечек газа не обнаружено."]
    assert [each.text for each in struck] == ["Луна сделана из сыра."]


def test_sources_named_before_a_sentence_are_no_part_of_what_it_states() -> None:
    standing, _ = check("Согласно предоставленным документам, утечек газа не обнаружено.")
    assert standing[0].verdict == "supported"


class Model:
    """Judges every pair alike, and remembers what it was asked."""

    def __init__(self, follows: float, contradicts: float) -> None:
        self.said = follows, 1 - follows - contradicts, contradicts
        self.asked: list[tuple[str, str]] = []

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[float, float, float]]:
        self.asked += pairs
        return [self.said for _ in pairs]


def entailed(text: str, model: Model) -> tuple[list[Sentence], list[Sentence]]:
    return cite(text, PASSAGES, DOCUMENTS, entailment=model)


def test_a_model_of_entailment_lifts_what_words_left_open_and_nothing_else() -> None:
    model = Model(0.95, 0.02)
    text = "In April the society had 218 members."
    assert check(text)[0][0].verdict == "partly"
    assert entailed(text, model)[0][0].verdict == "supported"
    assert model.asked[0][1] == text
    false = "The rent is 1,580 euros a month."
    assert entailed(false, model)[1][0].verdict == "contradicted"
    assert all(hypothesis != false for _, hypothesis in model.asked)


def test_a_model_of_entailment_strikes_what_it_reads_as_a_contradiction() -> None:
    _, struck = entailed("The rent is 1,850 euros a month.", Model(0.01, 0.97))
    assert struck[0].verdict == "contradicted"
    assert "entailment" in struck[0].reason


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "Цена договора составляет 1 540 000 рублей без НДС.",
            "в источнике здесь 1 450 000 рублей",
        ),
        ("The rent is 1,580 euros a month.", "the source says 1,850 euros here, not 1,580 euros"),
    ],
)
def test_reasons_are_told_in_the_language_of_the_sentence(text: str, words: str) -> None:
    ((sentence,),) = [check(text)[1]]
    assert sentence.reason.startswith(words)
    assert bool(re.search("[а-я]", sentence.reason)) == bool(re.search("[а-я]", text))


@pytest.mark.parametrize(
    "number", ["9" * 36, "1" * 400 + " %", "9" * 20 + " тысяч миллиардов", "9" * 20 + " третьих"]
)
def test_no_number_is_too_long_to_be_checked(number: str) -> None:
    standing, struck = check(f"Цена договора составляет {number} рублей.")
    assert not standing
    assert len(struck) == 1


def test_a_wrong_date_is_told_in_the_words_of_both() -> None:
    ((sentence,),) = [check("Комиссия потребовала заменить подшипник до 25 февраля.")[1]]
    assert sentence.reason == "в источнике здесь 20 февраля, а не 25 февраля"
