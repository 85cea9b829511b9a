"""Follow-ups: what a question leaves unsaid is put into it, and nothing into one that is whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_doubles import calls, scripted

from rag.app import App
from rag.config import Settings
from rag.followup import standalone
from rag.followup.rewriting import checked, request
from rag.followup.rules import leans
from rag.types import Exchange
from rag.words import words

CORPORA = Path(__file__).resolve().parents[1] / "corpora"

#: Earlier question, follow-up, words the question made of it has, and words it has not.
PAIRS = [
    # a question that only asks
    ("Сколько дней отпуска переносится?", "а до какого числа?", "числа отпуск переносится", "дней"),
    ("Сколько доплачивают за ночную работу?", "почему?", "почему доплачивают ночную", "сколько"),
    ("Что обещал Павел?", "а когда?", "когда обещал павел", "что"),
    ("В каком городе подписан договор?", "а кем?", "кем подписан договор", "городе"),
    ("Что делать при пожаре?", "кому звонить?", "кому звонить пожаре", "делать"),
    ("What did Olga promise?", "by when?", "by when olga promise", "what"),
    ("How many times may a cutter be sharpened?", "why?", "why cutter sharpened", "times"),
    ("Where does Mark live?", "Since when?", "since when mark live", "where"),
    # a fragment in the place of its like
    ("Сколько стоила аренда в 2023 году?", "а в 2024 году?", "стоила аренда 2024", "2023"),
    ("Сколько стоила аренда в 2023 году?", "а в 2024?", "стоила аренда 2024 году", "2023"),
    ("Сколько дней отпуска у Анны?", "а у Олега?", "дней отпуска олега", "анны"),
    ("Что обещал Павел?", "а Марина?", "обещал марина", "павел"),
    ("Что обещал Павел?", "а Марине?", "обещал павел марине", ""),
    ("Какой штраф за опоздание?", "а за прогул?", "штраф за прогул", "опоздание"),
    ("Какой срок поставки насосов?", "а компрессоров?", "поставки компрессоров", "насосов"),
    ("Какой срок у бухгалтера?", "а у наборщика?", "срок наборщика", "бухгалтера"),
    ("Сколько платят за ночную работу?", "А за сверхурочную?", "сверхурочную работу", "ночную"),
    ("Какой срок гарантии на насос?", "и на фильтр?", "срок гарантии фильтр", "насос"),
    ("Сколько дней отпуска дают?", "как насчёт больничного?", "больничного", "насчет"),
    ("How much was spent in 2023?", "and in 2024?", "spent 2024", "2023"),
    ("How much was spent on rent in 2023?", "and 2024?", "spent rent 2024", "2023"),
    ("How much does the Kestrel 40 weigh?", "And the Kestrel 60?", "kestrel 60 weigh", "40"),
    ("What did Olga promise?", "and Mark?", "what did mark promise", "olga"),
    ("What does fault E17 mean?", "and E18?", "what e18 mean", "e17"),
    ("What is the penalty for late delivery?", "and for theft?", "penalty for theft", "late"),
    (
        "Who approved the budget?",
        "How about the travel policy?",
        "approved travel policy",
        "budget",
    ),
    ("What is the maximum width?", "and the minimum?", "minimum width", "maximum"),
    # a fragment that is of a thing with a name, or adds to the question
    ("Кто подписал договор с Ромашкой?", "а пени?", "пени договор ромашкой", "подписал"),
    ("When does the lease with Acme end?", "what about penalties?", "penalties lease acme", "end"),
    ("How often is the oil changed?", "and after that?", "oil changed after that", ""),
    # conditions
    ("Сколько дней переносится?", "а если сотрудник болел?", "переносится если болел", ""),
    ("Кто утвердил бюджет?", "что если его превысят?", "бюджет если превысят", "что"),
    ("Who approved the budget?", "what if it is exceeded?", "approved budget if exceeded", "what"),
    # pronouns
    ("Кто подписал договор с Ромашкой?", "когда он истекает?", "договор ромашкой истекает", "он"),
    ("Кто подписал договор с Ромашкой?", "каков его срок?", "срок договора ромашкой", "его"),
    ("Какую премию получает печатник?", "когда её платят?", "премию платят", "печатник"),
    ("Какой лимит на командировку?", "Кто это утвердил?", "утвердил лимит командировку", "это"),
    ("Что решили на планёрке?", "а кто там был?", "кто планерке был", "там"),
    ("Кто такой Олег Титов?", "Что он обещал Анне?", "олег титов обещал анне", "он"),
    ("Какие документы нужны для поездки?", "куда их сдавать?", "документы сдавать", "их поездки"),
    ("За сколько дней до отъезда подать записку?", "а кому её подают?", "записку", "отъезда"),
    ("Когда директор подписал приказ?", "где этот приказ хранится?", "где приказ хранится", "этот"),
    ("Кто заключил договор с Ромашкой?", "этот договор истёк?", "договор ромашкой истек", "этот"),
    ("When does the lease with Acme end?", "who signed it?", "signed lease acme", "it when"),
    ("How much does the binder weigh?", "how much does it draw?", "binder draw", "it weigh"),
    ("What does fault E17 mean?", "how is it cleared?", "fault e17 cleared", "it mean"),
    ("Where is the archive kept?", "who works there?", "who works archive", "there"),
    ("Who is Olga Brown?", "what did she promise?", "olga brown promise", "she"),
    ("Кто платит НДС?", "а что с ним будет?", "ндс", "ним"),
    ("Кто живёт в Санкт-Петербурге?", "а кто там работает?", "кто петербурге работает", "там"),
    ("Что такое перенос отпуска?", "Кто это согласует?", "перенос отпуска согласует", "это"),
    # few words after «а» are about the same
    ("Кто подписал договор с Ромашкой?", "а какая цена?", "цена ромашкой", ""),
    ("What temperature does the glue need?", "how long does it take to heat?", "glue heat", ""),
]
#: Questions that need nothing, whatever was asked before.
WHOLE = [
    ("Что обещал Павел?", "Кто подписал договор аренды склада?"),
    ("Что обещал Павел?", "А кто подписал договор аренды склада?"),
    ("Что обещал Павел?", "Сколько дней отпуска в этом году у стажёров?"),
    ("Сколько дней длится отпуск?", "Кто такой Павел и что он обещал?"),
    ("Кто такой Олег?", "Если сотрудник болел, продлевают ли ему отпуск?"),
    ("Кто подписал договор?", "кто что обещал на встрече?"),
    ("Кто подписал договор с Ромашкой?", "о чём этот документ?"),
    ("Кто подписал договор?", "где лежит ключ?"),
    ("Where does Mark live?", "What does fault E17 mean?"),
    ("Where does Mark live?", "Is there a service kit for the pump?"),
    ("Where does Mark live?", "And who signed the lease agreement with Acme?"),
    ("Where does Mark live?", "Who says that the budget was approved this year?"),
    ("Where does Mark live?", "summarize the document"),
    ("Where does Mark live?", "Сколько дней отпуска переносится?"),
    ("Что обещал Павел?", "when does it end?"),  # words of one language do not fill another's
]


def said(*questions: str, answer: str = "") -> list[Exchange]:
    return [Exchange(question, question, answer) for question in questions]


@pytest.mark.parametrize(("before", "follow_up", "has", "lacks"), PAIRS)
def test_what_is_left_unsaid_comes_from_the_question_before(
    before: str, follow_up: str, has: str, lacks: str
) -> None:
    made = set(words(standalone(follow_up, said(before))))
    assert set(has.split()) <= made
    assert not set(lacks.split()) & made
    assert leans(follow_up)


@pytest.mark.parametrize(("before", "question"), WHOLE)
def test_a_question_that_is_whole_stays_as_it_is(before: str, question: str) -> None:
    assert standalone(question, said(before)) == question
    assert standalone(question, []) == question


def test_a_pronoun_finds_a_name_in_an_answer_and_a_thing_some_questions_ago() -> None:
    past = said("Кто отвечает за склад?", answer="За склад отвечает Олег Титов.")
    assert standalone("Что он обещал Анне?", past) == "Что Олег Титов обещал Анне?"
    past = said("Who approved the budget?", answer="The budget was approved by Olga Brown.")
    assert standalone("And what did she promise?", past) == "What did Olga Brown promise?"
    past = said("Кто подписал договор с Ромашкой?", "Сколько дней длится приёмка?")
    assert "договор с Ромашкой" in standalone("А когда он истекает?", past)


ANY = st.lists(
    st.sampled_from(
        "а и но Что что Кто сколько дней какой это этот его их там он она они им у в до если "
        "после Олега Ромашкой договор насосы отпуск подписал стоит 2024 15% «Рога» « , ? . - ё "
        "and what about who it they there this that the a in by if Mark Acme lease 7 How".split()
    ),
    min_size=1,
    max_size=9,
).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(before=ANY, question=ANY, answer=ANY)
def test_nothing_that_is_typed_is_too_much_for_the_rules(
    before: str, question: str, answer: str
) -> None:
    made = standalone(question, said(before, answer=answer))
    assert made.strip()
    known = {*words(before), *words(question), *words(answer)}
    if question.isascii() and made != question:  # English is not inflected: nothing new comes in
        assert {each.removesuffix("'s") for each in words(made)} <= known | {"the", "in", "if"}
    assert (
        standalone(question + " и так далее" * 60, said(before)) == question + " и так далее" * 60
    )


def test_follow_ups_follow_one_another() -> None:
    past = said("Сколько дней отпуска у Анны?")
    for typed in ("а у Олега?", "а в 2024 году?", "а в 2025?"):
        past.append(Exchange(typed, standalone(typed, past), ""))
    assert past[-1].asked == "Сколько дней отпуска у Олега в 2025 году?"


@pytest.mark.parametrize(
    ("written", "counts"),
    [
        ("До какого числа переносится отпуск?", True),
        ("Последний вопрос без разговора: «До какого числа переносится отпуск?»", True),
        ("", False),
        ("До какого числа?\nПереносится отпуск.", False),  # it goes on
        ("До какого числа переносится отпуск? " * 20, False),  # too long
        ("Until what date is leave carried over?", False),  # another language
        ("До какого числа платят неустойку подрядчику за просрочку?", False),  # something else
        ("До какого числа переносится 28 дней отпуска?", False),  # a number of its own
        ("До какого числа?", False),  # nothing of what came before
        ("В ваших документах этого нет.", False),
    ],
)
def test_what_a_model_writes_counts_only_where_it_is_the_question(
    written: str, counts: bool
) -> None:
    past = said("Сколько дней отпуска переносится?", answer="Не более 10 дней.")
    assert (checked(written, "а до какого числа?", past) is not None) is counts


def test_a_model_is_asked_about_follow_ups_only_and_rules_stand_in_for_it() -> None:
    past = said("Сколько дней отпуска переносится?", answer="10 дней. " * 200)
    model = scripted("До какого числа переносится отпуск?")
    assert standalone("а до какого?", past, model.write) == "До какого числа переносится отпуск?"
    assert standalone("Кто подписал договор аренды?", past, model.write).startswith("Кто подписал")
    assert len(calls(model)) == 1
    made = standalone("а до какого числа?", past, scripted("Не знаю.").write)
    assert made == "До какого числа отпуск переносится?"
    shown = request("а до какого числа?", past * 9)[-1].content
    assert shown.count("Вопрос: ") == 3
    assert len(shown) < 1200


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> App:
    app = App(Settings(workers=1), tmp_path_factory.mktemp("home"))
    app.ingest([CORPORA / "documents", CORPORA / "meetings"])
    return app


@pytest.mark.parametrize(
    ("first", "follow_up", "found"),
    [
        ("Сколько дней отпуска переносится?", "а до какого числа их надо отгулять?", "31 мая"),
        ("Какой испытательный срок у главного бухгалтера?", "а у наборщика?", "два месяца"),
        ("Что обещал Павел?", "а Марина?", "Вторую корректуру закончу"),
        ("Сколько книг просит библиотека?", "на какой день она приглашает автора?", "21 декабря"),
        ("За сколько дней подают служебную записку?", "а кому её подают?", "бухгалтеру"),
        ("What does fault E17 mean?", "and E04?", "Guard open"),
        ("How many times can the cutter be sharpened?", "and after that?", "must be discarded"),
        ("How much does the Kestrel weigh?", "how much power does it draw?", "5.8 kW"),
        ("How long does the glue tank take to heat up?", "can it be topped up?", "two kilograms"),
    ],
)
def test_a_follow_up_finds_its_answer_in_the_documents(
    corpora: App, first: str, follow_up: str, found: str
) -> None:
    talk = corpora.talk()
    assert talk.ask(first).asked is None
    answer = talk.ask(follow_up)
    assert answer.asked
    assert found in " ".join(answer.text.split())
