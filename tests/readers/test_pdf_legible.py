"""Text layers that read as words, and those whose font gave the wrong characters."""

from __future__ import annotations

import pytest
from pdf_files import make_pdf

from rag.errors import ReadError
from rag.readers.options import Options
from rag.readers.pdf import read_pdf
from rag.readers.pdf.legible import garbled_pages, why_garbled

RUSSIAN = (
    "Индикатор предназначен для построения систем отображения информации. "
    "Гарантийный срок хранения двенадцать лет со дня изготовления. "
) * 4


def test_cyrillic_that_comes_out_as_accents_is_garbled() -> None:
    soup = RUSSIAN.encode("cp1251").decode("latin-1")
    with pytest.raises(ReadError, match="garbled text layer: accented letters"):
        read_pdf(
            make_pdf([[soup[:80], soup[80:160], soup[160:240]]]), "лекция.pdf", Options(ocr="never")
        )


def shifted(text: str, by: int) -> str:
    return "".join(chr(ord(char) + by) if char.isalpha() else char for char in text)


def permuted(text: str) -> str:
    alphabet = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
    return text.lower().translate(str.maketrans(alphabet, alphabet[::-1]))


ENGLISH = "The indicator is meant for building systems that show information to people. " * 8
GERMAN = "Die größten Änderungen während der Übergangszeit führen natürlich zu Ärger. " * 8
FRENCH = "L'été dernier, les élèves ont préféré étudier à côté de la forêt près du lycée. " * 8
POLISH = "Zażółć gęślą jaźń, powiedział mężczyzna, który przyszedł później niż wszyscy. " * 8
UKRAINIAN = "Її діти їздили до Києва, щоб побачити нові будівлі, які зводять уздовж річки. " * 8
KAZAKH = "Қазақстан Республикасының үкіметі жаңа бағдарлама қабылдады деп хабарлайды. " * 8
GREEK = "Η γρήγορη ανάπτυξη της πόλης έφερε πολλές αλλαγές στη ζωή των κατοίκων. " * 8
CHINESE = "该系统用于显示信息并帮助人们更快地做出决定。" * 20
ITALIAN = "Il sistema è destinato alla costruzione di impianti che mostrano informazioni. " * 8
FINNISH = "Järjestelmä on tarkoitettu laitteiden rakentamiseen, jotka näyttävät tietoa. " * 8
ZULU = "Lolu hlelo luhloselwe ukwakha amadivayisi akhombisa ulwazi kubantu futhi abasize. " * 8
BULGARIAN = "Правителството прие нова програма за развитие на икономиката и образованието. " * 8
CODE = "for (i = 0; i < n; i++) { memcpy(dst, src, len); if (!ptr) return -ENOMEM; } " * 12
NUMBERS = "Revenue 46,298 51,761 47,262 (10.6)% 9.5% 8.3% " * 20
KEY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDJqzZk8Xw7Vt/3Yb+0cFQmJhRlPgKs" * 12
FORMULA = "f(x) = Σ wᵢ xᵢ + b, где w ∈ ℝⁿ, ∇L(w) = 2Xᵀ(Xw − y), a(x) = sign⟨w, x⟩ " * 10


@pytest.mark.parametrize(
    "text",
    [
        *(RUSSIAN, UKRAINIAN, BULGARIAN, KAZAKH, GREEK, CHINESE),
        *(ENGLISH, GERMAN, FRENCH, POLISH, ITALIAN, FINNISH, ZULU),
        *(FORMULA, CODE, NUMBERS, ""),
    ],
)
def test_languages_formulas_code_and_numbers_are_legible(text: str) -> None:
    assert why_garbled(text) is None
    assert why_garbled(text.upper()) is None


def test_a_key_in_base64_is_no_noise() -> None:
    assert why_garbled(KEY) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (RUSSIAN.encode("cp1251").decode("latin-1"), "accented letters"),
        (RUSSIAN.encode("koi8-r").decode("latin-1"), "accented letters"),
        (shifted(ENGLISH, 0xE000), "characters without a meaning"),
        ("\ufffd" * 40 + " a few words", "characters without a meaning"),
        (permuted(RUSSIAN), "Cyrillic letters that make no words"),
        (ENGLISH.lower().translate(str.maketrans("etaoinsrh", "xzqjkvbwy")), "Latin letters"),
        (RUSSIAN.translate(str.maketrans("аеосрх", "aeocpx")), "mixed within words"),
    ],
)
def test_noise_is_garbled(text: str, reason: str) -> None:
    assert reason in (why_garbled(text) or "")


def test_letters_with_odd_shares_are_looked_up() -> None:
    """Vowels and consonants of one sort: the shares of letters alone leave doubt."""
    swapped = permuted(RUSSIAN).translate(str.maketrans("соэгм", "оаетн"))
    words = (
        "щётка хвощ жёлоб шлюз чушь жижа щегол хорёк цапля шёлк щука жёлудь чаща хижина шхуна "
        "фляга юноша щель чехол цепь"
    )
    assert why_garbled(swapped) == "Cyrillic letters that make no words"
    assert why_garbled(f"{words} " * 12) is None


def test_garbled_pages_among_good_ones_are_left_out() -> None:
    found = garbled_pages([ENGLISH, "\x04\x05 \x06\x07" * 40, ENGLISH])
    assert found == {1: "characters without a meaning"}


SOUP = RUSSIAN.encode("cp1251").decode("latin-1")


def test_a_page_with_some_noise_is_garbled_where_most_pages_are() -> None:
    mixed = f"{SOUP[:60]} {ENGLISH}"
    assert garbled_pages([mixed, ENGLISH]) == {}
    assert sorted(garbled_pages([SOUP, SOUP, SOUP, mixed])) == [0, 1, 2, 3]


def test_pages_too_short_to_tell_are_judged_together() -> None:
    slides = [SOUP[place : place + 60] for place in range(0, 480, 60)]
    assert why_garbled(slides[0]) is None
    assert len(garbled_pages(slides)) == len(slides)
    assert garbled_pages(["Überblick", "Größe", *["Zu den Zahlen"] * 20]) == {}
