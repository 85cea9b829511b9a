"""Guards over a model's text: they see what is wrong and leave alone what is not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag import guards

WORDS = (
    "поставщик передаёт насосы покупателю до ноября и платит пени за каждую неделю опоздания "
    "the supplier delivers pumps to buyer by november and pays penalty for each week of delay"
).split()
SENTENCES = [
    "Поставщик передаёт насосы до 15 ноября. ",
    "The buyer pays within ten days.\n",
    "Пени — 5 % за каждую неделю! ",
    "Кто отвечает за монтаж? ",
    "- Монтаж ведёт подрядчик.\n",
    "| 2024 | 12,5 | да |\n",
    "1. First comes the advance payment.\n",
]
#: Stretches that come again and again, and how often it takes to call them a loop.
LOOPS = [
    ("слово ", 15),
    ("да, да, нет, ", 15),
    ("а", 40),
    ("Поставщик передаёт насосы до 15 ноября. ", 6),
    ("The buyer pays. The supplier delivers the pumps by November. ", 5),
    ("1\n", 220),
    ("ха", 40),
    ("| да | нет |\n", 14),
    ("Пени платит поставщик, если он опоздал более чем на десять дней подряд.\n\n", 5),
]
#: Texts that repeat much, and say something all the same.
ORDERLY = {
    "a table": "".join(f"| {n} | поставка | {n * 3} | да |\n" for n in range(40)),
    "a table of like rows": "| № | да | нет |\n|---|---|---|\n" + "| — | да | да |\n" * 8,
    "a numbered list": "".join(f"{n}. Насос НК-{n} поставлен.\n" for n in range(1, 40)),
    "short answers": "".join(f"{n}. Да.\n" for n in range(1, 30)),
    "a list of days": "".join(f"- {n} ноября: поставка насосов и монтаж\n" for n in range(1, 31)),
    "a rule": "Итоги\n" + "-" * 120 + "\n",
    "rules of a table": "|" + "------|" * 30 + "\n",
    "zeros": "Месяц " + "0,00 " * 12 + "итого 0,00",
    "dots": "Введение" + "." * 90 + "3\n",
    "nulls": "Счёт 40702810000000000000, сумма 1 000 000 000 руб.",
    "a refrain": "Да, да, да, да, да! Нет, нет, нет.",
    "code": "    }\n" * 5 + "for (;;) {\n" + "        x();\n" * 4,
}


@pytest.mark.parametrize(("unit", "times"), LOOPS)
@pytest.mark.parametrize("before", ["", "Ответ: договор № 7. ", "Итак,\n"])
def test_a_loop_is_cut_to_one_round(unit: str, times: int, before: str) -> None:
    cut = guards.repetition(before + unit * times)
    assert cut is not None
    kept = (before + unit * times)[:cut]
    assert len(before) + len(unit.rstrip()) <= len(kept) <= len(before) + 2 * len(unit) + 1
    assert kept.startswith(before)


@pytest.mark.parametrize("name", ORDERLY)
def test_what_only_looks_alike_is_no_loop(name: str) -> None:
    text = ORDERLY[name]
    assert all(guards.repetition(text[:end]) is None for end in range(len(text) + 1))


def test_a_list_that_says_the_same_under_every_number_is_a_loop() -> None:
    text = "".join(f"{n}. Поставщик передаёт насосы.\n" for n in range(1, 12))
    cut = guards.repetition("Обязанности:\n" + text)
    assert cut is not None
    assert ("Обязанности:\n" + text)[:cut] == "Обязанности:\n1. Поставщик передаёт насосы."


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=120, unique=True), st.data())
def test_words_in_any_order_are_no_loop(found: list[str], data: st.DataObject) -> None:
    text = " ".join(found) + data.draw(st.sampled_from(["", ".", "…", "\n"]))
    assert guards.repetition(text) is None


@given(
    st.lists(st.sampled_from(SENTENCES), max_size=6, unique=True),
    st.text("абвгд еж, zx. 12-«»\n", min_size=6, max_size=60),
    st.integers(24, 30),
)
def test_whatever_comes_again_and_again_is_noticed(
    before: list[str], unit: str, times: int
) -> None:
    if not any(map(str.isalpha, unit)):
        return
    text = "".join(before) + unit * times
    cut = guards.repetition(text)
    assert cut is not None
    assert len("".join(before).rstrip()) <= cut <= len("".join(before)) + 2 * len(unit) + 40


@given(st.text(max_size=400))
@example("")
@example("а" * 400)
def test_a_cut_is_a_place_in_the_text(text: str) -> None:
    cut = guards.repetition(text)
    assert cut is None or 0 < cut <= len(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<think>Надо подумать.</think>\nОтвет.", "Ответ."),
        ("Надо подумать.</think> Ответ.", "Ответ."),
        ("<think>Надо подумать и ещё", ""),
        ("<thinking>a</thinking>", ""),
        (" \n\t", ""),
        ("Просто ответ. ", "Просто ответ."),
    ],
)
def test_what_a_model_thought_aloud_is_no_answer(text: str, left: str) -> None:
    assert guards.without_thoughts(text).strip() == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Первое. Второе без кон", "Первое."),
        ("Первое [1]. Второе [2]. Тре", "Первое [1]. Второе [2]."),
        ("Первое. [1] Второе без", "Первое. [1]"),
        ("Первое. Второе. [2", "Первое. Второе. [2"),
        ("Первое. Второе! [2, 3]", "Первое. Второе! [2, 3]"),
        ("Он сказал: «Да.»", "Он сказал: «Да.»"),
        ("Одно без конца", ""),
        ("- насосы;\n- трубы;\n- зад", "- насосы;\n- трубы;"),
        ("", ""),
    ],
)
def test_a_sentence_that_was_never_finished_goes(text: str, left: str) -> None:
    assert guards.finished(text) == left


@given(st.lists(st.sampled_from(SENTENCES[:5]), min_size=1, max_size=6))
def test_finished_sentences_all_stay(found: list[str]) -> None:
    text = "".join(found)
    assert guards.finished(text) == text
    assert guards.finished(text + "Ещё одно без").strip() == text.strip()


RU_SOURCE = "Поставщик передаёт насосы до 15 ноября. Пени — 5 % за неделю."
EN_SOURCE = "The supplier delivers the pumps by 15 November. The penalty is 5 % a week."


@pytest.mark.parametrize(
    ("text", "language", "sources", "wrong"),
    [
        ("The pumps are to be delivered by 15 November [1].", "ru", [RU_SOURCE], True),
        ("Насосы должны быть переданы до 15 ноября [1].", "en", [EN_SOURCE], True),
        ("Насосы должны быть переданы до 15 ноября [1].", "ru", [EN_SOURCE], False),
        ("The pumps are to be delivered by 15 November [1].", "en", [RU_SOURCE], False),
        # quotations, marked or word for word, may be in the language of the document
        ("The supplier delivers the pumps by 15 November.", "ru", [EN_SOURCE], False),
        ("The supplier delivers the pumps by 15 November [1].", "ru", [EN_SOURCE], False),
        ("Ответ [1]: The penalty is 5 % a week. [1, 2]", "ru", [EN_SOURCE], False),
        ("В договоре: «The pumps are to be delivered on time».", "ru", [EN_SOURCE], False),
        ("The contract says: «Насосы передаются покупателю вовремя».", "en", [RU_SOURCE], False),
        # but not translated ones
        ("The supplier delivers the pumps until mid November.", "ru", [EN_SOURCE], True),
        # names, terms and code
        ("Siemens Energy AG, Bosch Rexroth, Atlas Copco Compressors.", "ru", [RU_SOURCE], False),
        ("Запустите `docker compose up --detach` и откройте http://a.b/c/d.", "ru", [], False),
        ("Сервис собран на react native и развёрнут через docker compose.", "ru", [], False),
        ("15 November", "ru", [RU_SOURCE], False),
        # what a model thinks may be in any language
        ("<think>The user asks about pumps in Russian.</think>До 15 ноября.", "ru", [], False),
        # another alphabet altogether
        (
            "供应商必须在十一月十五日之前交付水泵并支付罚款给买方",
            "ru",
            [RU_SOURCE],
            True,
        ),
        ("", "ru", [], False),
    ],
)
def test_an_answer_in_the_wrong_language_is_known(
    text: str, language: Any, sources: list[str], wrong: bool
) -> None:
    assert guards.wrong_language(text, language, sources) is wrong


@given(st.lists(st.sampled_from(WORDS[:12]), min_size=1, max_size=30))
def test_an_answer_in_its_own_language_is_never_wrong(found: list[str]) -> None:
    assert not guards.wrong_language(" ".join(found), "ru", [])
