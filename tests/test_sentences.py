import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.sentences import split


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Он пришёл. Она ушла!", ["Он пришёл.", "Она ушла!"]),
        ("Живёт в г. Москва, ул. Ленина, д. 5. Работает.", None),
        ("Построен в 2019 г. Завод работает.", ["Построен в 2019 г.", "Завод работает."]),
        ("Сказал О. В. Титов. Все согласны.", ["Сказал О. В. Титов.", "Все согласны."]),
        ("Это, т. е. всё, стоит 5 тыс. рублей.", ["Это, т. е. всё, стоит 5 тыс. рублей."]),
        ("Он ушёл... и пришёл. Да?", ["Он ушёл... и пришёл.", "Да?"]),
        ("«Нет.» Он ушёл.", ["«Нет.»", "Он ушёл."]),
        ("Рост 3.5 процента. Всё.", ["Рост 3.5 процента.", "Всё."]),
        ("Dr. Smith met Mr. Jones. They left.", ["Dr. Smith met Mr. Jones.", "They left."]),
        ("He lives in the U.S. He works.", ["He lives in the U.S.", "He works."]),
        ("See Fig. 3. The end.", ["See Fig. 3.", "The end."]),
        ("1. Первое\n2. Второе", ["1. Первое", "2. Второе"]),
        ("Список:\n- раз\n- два", ["Список:", "- раз", "- два"]),
        ("Первый абзац\n\nВторой абзац", ["Первый абзац", "Второй абзац"]),
        ("перенос строки\nв предложении.", ["перенос строки\nв предложении."]),
        ("  \n ", []),
        ("", []),
    ],
)
def test_text_is_split_where_a_reader_would(text: str, expected: list[str] | None) -> None:
    if expected is None:
        expected = ["Живёт в г. Москва, ул. Ленина, д. 5.", "Работает."]
    assert [text[a:b] for a, b in split(text)] == expected


def test_a_heading_is_not_glued_to_the_sentence_under_it() -> None:
    text = (
        "4.3. Перенос отпуска\n"
        "Если отпуск выпал на болезнь, его продлевают на число дней по больничному\n"
        "листу. Когда отъезд сорвёт выход книги, отпуск переносят."
    )
    found = [text[a:b] for a, b in split(text)]
    assert found[0] == "4.3. Перенос отпуска"
    assert found[1].startswith("Если отпуск")
    assert found[1].endswith("листу.")


def test_speakers_are_parted() -> None:
    text = "Олег: пришлю смету\nАнна: спасибо большое тебе за это"
    assert [text[a:b] for a, b in split(text)] == text.split("\n")


@pytest.mark.parametrize("piece", ["а", "(", "1.1.", "слово ", "»", "а. ", "x;y;z\n"])
def test_a_text_of_a_million_letters_without_an_end_is_split_in_one_pass(piece: str) -> None:
    """A single long line once took time that grew with the square of its length."""
    text = piece * (1_000_000 // len(piece))
    spans = split(text)
    assert spans[0][0] == 0
    assert spans[-1][1] >= len(text) - 2


def test_rows_of_a_table_are_parted() -> None:
    rows = ["Болт;12;5 руб", "Гайка;7;2 руб", "Шайба;9;1 руб"]
    text = "\n".join(rows)
    assert [text[a:b] for a, b in split(text)] == rows


def test_only_the_asked_part_is_split() -> None:
    text = "Раз. Два. Три."
    assert [text[a:b] for a, b in split(text, 5, 9)] == ["Два."]


@given(st.text(alphabet="аБв Gh.!?…\n-1«»:|", max_size=200))
def test_nothing_but_white_space_is_left_out_and_nothing_overlaps(text: str) -> None:
    spans = split(text)
    end = 0
    for left, right in spans:
        assert end <= left < right
        assert not text[end:left].strip()
        end = right
    assert not text[end:].strip()
