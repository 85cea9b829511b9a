from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.query import Query, understand
from rag.query.alphabets import other_alphabet
from rag.query.courtesy import without_courtesies
from rag.query.keyboard import other_layout
from rag.query.typos import distance, one_edit, two_edits
from rag.words import content_stems, stem, stems, words

TEXTS = (
    "Перенос неиспользованного отпуска согласует начальник отдела кадров. Привет из типографии.",
    "Екатеринбург принял выставку «Война и мир», её открыл Иванов. Олег Щукин и Игорь Жуков были.",
    "Hello from the printing house. The milling cutter was sharpened by Kuznetsov and Tchaikovsky.",
    "The budget grew to 5 million on November 15, 2025. Electrification of railways was decided.",
)


class Known:
    """The words of a few texts."""

    def __init__(self, texts: Sequence[str] = TEXTS) -> None:
        self._texts = [" ".join(stems(text)) for text in texts]
        self._stems = Counter(item for text in texts for item in set(stems(text)))
        self._forms = Counter(word for text in texts for word in words(text))

    def frequency(self, stem: str) -> int:
        return self._stems[stem]

    def knows(self, stem: str) -> bool:
        return stem in self._stems

    def counted(self, word: str) -> int:
        return self._forms[word]

    def words_from(self, prefix: str) -> list[tuple[str, int]]:
        return [(word, count) for word, count in self._forms.items() if word.startswith(prefix)]

    def stems_from(self, prefix: str) -> list[tuple[str, int]]:
        return [(item, count) for item, count in self._stems.items() if item.startswith(prefix)]

    def spelled(self, wanted: str) -> str:
        return next(form for form, _ in self._forms.most_common() if stem(form) == wanted)

    def holds(self, phrase: Sequence[str], documents: Sequence[str] | None) -> bool:
        texts = self._texts if documents is None else [self._texts[int(i)] for i in documents]
        return any(f" {' '.join(phrase)} " in f" {text} " for text in texts)


def read(question: str, texts: Sequence[str] = TEXTS) -> Query:
    return understand(question, Known(texts))


# -- courtesies and question words


@pytest.mark.parametrize(
    ("asked", "searched"),
    [
        ("Подскажите, пожалуйста, когда отпуск?", "когда отпуск?"),
        ("Не могли бы вы сказать, кто открыл выставку", "кто открыл выставку"),
        ("Добрый день! Хотелось бы узнать срок. Спасибо!", "срок!"),
        ("скажи мне пожалуйста где отдел кадров", "где отдел кадров"),
        (
            "Could you please tell me when the cutter was sharpened?",
            "when the cutter was sharpened?",
        ),
        ("I would like to know the budget, thanks", "the budget"),
        ("Hi there! Do you know who decided?", "who decided?"),
        ("Покажи отпуск", "отпуск"),
    ],
)
def test_courtesies_are_left_out(asked: str, searched: str) -> None:
    assert without_courtesies(asked) == searched
    assert read(asked).text == searched
    assert read(asked).asked == asked


@pytest.mark.parametrize(
    "asked",
    [
        "пожалуйста",
        "could you tell me",
        "Hello from the printing house",
        "Привет из типографии",
        "who wants to know the budget",
        "расскажите",
    ],
)
def test_words_that_only_look_polite_stay(asked: str) -> None:
    assert read(asked).text == asked


@pytest.mark.parametrize("asked", ["кто", "what is it?", "что это такое", "The Who", "и в на"])
def test_a_question_of_stop_words_alone_searches_for_them(asked: str) -> None:
    assert list(read(asked).words) == list(dict.fromkeys(words(asked)))


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("When did The Who play?", {"the", "who", "play"}),
        ("who runs the IT department", {"runs", "it", "department"}),
        ("What Is The Budget Of It", {"budget"}),
        ("Сколько стоит? Какой срок?", {"стоит", "срок"}),
    ],
)
def test_a_stop_word_written_as_a_name_is_searched_for(asked: str, kept: set[str]) -> None:
    assert set(read(asked).words) == kept


# -- slips


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("отпсук", "отпуска"),
        ("оптуск", "отпуска"),
        ("неиспользовнного", "неиспользованного"),
        ("неиспольовнного", "неиспользованного"),
        ("типогрфия", "типографии"),
        ("buget", "budget"),
        ("sharpned", "sharpened"),
        ("Electrifcation", "electrification"),
        ("electrifcatoin", "electrification"),
        ("неиспользованых", "неиспользованного"),
    ],
)
def test_a_slip_is_read_as_the_word_of_the_index(typed: str, meant: str) -> None:
    query = read(f"когда {typed}")
    assert query.mended == ((typed, meant),)
    assert query.text == f"когда {meant}"
    assert stem(meant) in query.stems


@pytest.mark.parametrize(
    "word", ["отпуска", "budget", "оптика", "badger", "оттиск", "вето", "kind"]
)
def test_a_word_that_the_index_or_a_dictionary_knows_is_never_changed(word: str) -> None:
    assert read(f"где {word}").mended == ()


def test_letters_typed_as_two_are_the_letters_they_make() -> None:
    found = read("где е\u0308лочка и и\u0306од?", ("Ёлочка стоит в холле, йод в аптечке.",))
    assert (found.stems, found.mended) == (("елочк", "йод"), ())


@pytest.mark.parametrize("word", ["отд", "E17", "отпсук2025", "15.11.2026", "שלום", "о'тпск", "🙂"])
def test_short_words_numbers_and_other_scripts_are_never_changed(word: str) -> None:
    assert read(f"где {word}").mended == ()


def test_a_name_inside_a_question_is_read_as_another_only_when_one_letter_is_wrong() -> None:
    assert read("что делал Щюкин").mended == (("Щюкин", "щукин"),)
    assert read("что делал Клюкин").mended == ()


@given(st.text("абв", max_size=6), st.text("абв", max_size=6), st.text("абв", max_size=6))
def test_the_distance_of_words_behaves_like_one(one: str, other: str, third: str) -> None:
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)
    assert distance(one + third, other + third) <= distance(one, other)
    assert abs(len(one) - len(other)) <= distance(one, other) <= max(len(one), len(other))


@given(st.sampled_from(["электрификац", "договорен", "organis"]), st.data())
def test_every_single_edit_is_found(known: str, data: st.DataObject) -> None:
    alphabet = "абвгэ" if known[0] > "z" else "abcde"
    place = data.draw(st.integers(0, len(known) - 1))
    letter = data.draw(st.sampled_from(alphabet))
    typed = data.draw(
        st.sampled_from(
            [
                known[:place] + known[place + 1 :],
                known[:place] + letter + known[place:],
                known[:place] + letter + known[place + 1 :],
                known[:place] + known[place : place + 2][::-1] + known[place + 2 :],
            ]
        )
    )
    assert distance(typed, known) <= 1
    if typed != known:
        assert one_edit(typed, lambda word: int(word == known)) == known


def test_the_most_frequent_of_near_words_is_taken_but_for_another_first_letter() -> None:
    counts = {"бумага": 1, "бумаги": 5, "думаги": 9}
    assert one_edit("бумаг", lambda word: counts.get(word, 0)) == "бумаги"
    assert two_edits("электрофикацыя", lambda _: [("электрификация", 1), ("электроника", 7)]) == (
        "электрификация"
    )


def test_a_word_of_thousands_of_letters_is_not_looked_for() -> None:
    asked: list[str] = []

    def known(item: str) -> int:
        asked.append(item)
        return 0

    assert one_edit("й" * 20_000, known) == ""
    assert two_edits("w" * 20_000, lambda head: [(head, known(head))]) == ""
    assert asked == [], "work that grows with the square of its length"
    assert one_edit("превысокомногорассмотрительствущий", known) == ""
    assert asked, "the longest words that people write are"


# -- keyboard layouts


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ghbdtn", "привет"),
        ("Rfr gthtytcnb jngecr?", "Как перенести отпуск?"),
        ("руддщ", "hello"),
        ("цруку шы еру игвпуе", "where is the budget"),
        ("когда jngecr", "когда отпуск"),
        ("jngecr, gthtyjc.", "отпуск, перенос."),
        ('"jngecr"', '"отпуск"'),
    ],
)
def test_the_wrong_keyboard_layout_is_told_by_the_words_it_makes(typed: str, meant: str) -> None:
    query = read(typed)
    assert query.text == meant
    assert query.mended


@pytest.mark.parametrize(
    "typed", ["hello", "привет", "vfrfhjys[", "qwzx", "budget из отпуска", "FY2021?"]
)
def test_text_in_the_right_layout_stays(typed: str) -> None:
    assert read(typed, (*TEXTS, "vfrfhjys[ qwzx")).text == typed


@given(st.text("абвгдежзийклмнопрстуфхцчшщъыьэюяё"))
def test_a_layout_and_back_is_the_same(text: str) -> None:
    assert other_layout(other_layout(text)) == text


# -- alphabets


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        *(
            ("ivanov", "иванов"),
            ("yekaterinburg", "екатеринбург"),
            ("ekaterinburg", "екатеринбург"),
        ),
        *(
            ("shchukin", "щукин"),
            ("schukin", "щукин"),
            ("zhukov", "жуков"),
            ("khrushchev", "хрущев"),
        ),
        *(
            ("yuri", "юрий"),
            ("iurii", "юрий"),
            ("yury", "юрий"),
            ("igor", "игорь"),
            ("olga", "ольга"),
        ),
        *(("dostoyevsky", "достоевский"), ("dostoevskii", "достоевский"), ("yalta", "ялта")),
        *(("tsvetaeva", "цветаева"), ("alexander", "александер"), ("wagner", "вагнер")),
    ],
)
def test_latin_names_have_cyrillic_spellings(latin: str, cyrillic: str) -> None:
    assert cyrillic in other_alphabet(latin)


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [
        *(
            ("иванов", "ivanov"),
            ("екатеринбург", "yekaterinburg"),
            ("екатеринбург", "ekaterinburg"),
        ),
        *(("жуков", "zhukov"), ("юрий", "yuri"), ("юрий", "yury"), ("юрий", "iurii")),
        *(("щукин", "shchukin"), ("вагнер", "wagner"), ("ольга", "olga"), ("гарвард", "harvard")),
    ],
)
def test_cyrillic_names_have_latin_spellings(cyrillic: str, latin: str) -> None:
    assert latin in other_alphabet(cyrillic)


@pytest.mark.parametrize(
    ("question", "word", "variant"),
    [
        ("what did Ivanov open", "ivanov", "иванов"),
        ("ivanov's exhibition", "ivanov", "иванов"),
        ("meeting in Yekaterinburg", "yekaterinburg", "екатеринбург"),
        ("что точил Кузнецов", "кузнецов", "kuznetsov"),
        ("с Кузнецовым", "кузнецовым", "kuznetsov"),
        ("Igor Zhukov", "igor", "игорь"),
    ],
)
def test_a_name_is_searched_for_in_the_other_alphabet_too(
    question: str, word: str, variant: str
) -> None:
    query = read(question)
    assert stem(variant) in query.variants[stem(word)]
    assert query.mended == ()


def test_spellings_that_the_index_does_not_know_are_not_searched_for() -> None:
    assert read("Petrov from Tomsk").variants == {}


@given(st.text("abcdefghijklmnopqrstuvwxyz' йщ", max_size=200))
def test_spellings_are_few_whatever_the_word(word: str) -> None:
    assert len(other_alphabet(word)) <= 256


# -- figures


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("что было 15.11.2025", "2025-11-15"),
        ("что было 15 ноября 2025 года", "2025-11-15"),
        ("бюджет в 5 000 000", "5000000"),
        ("revenue in FY18", "2018"),
        ("события ноября 2025", "2025-11"),
    ],
)
def test_the_words_of_a_figure_are_met_by_its_value(question: str, value: str) -> None:
    assert {value} == {each for also in read(question).variants.values() for each in also}


# -- quotations


def test_what_stands_in_quotation_marks_must_stand_together() -> None:
    for question in (
        'где "война и мир"',
        "где «Войну и мир»",
        "где “война и мир”",
        "„война и мир“",
    ):
        assert read(question).phrases == (("войн", "и", "мир"),)
        assert read(question).missing == ()


def test_a_single_word_in_quotation_marks_must_be_there() -> None:
    assert read("кто открыл «выставку»").phrases == (("выставк",),)


def test_a_quotation_that_stands_nowhere_is_searched_for_by_its_words() -> None:
    query = read("где «мир и война»")
    assert (query.phrases, query.missing) == ((), ("мир и война",))
    assert {"мир", "война"} <= set(query.words)


@pytest.mark.parametrize(
    "question",
    ["Ivanov's and Petrov's house", "rock 'n' roll", 'экран 15" и 17', '«» "" “”', "«!»"],
)
def test_apostrophes_inches_and_empty_marks_are_no_quotations(question: str) -> None:
    query = read(question)
    assert (query.phrases, query.missing) == ((), ())


def test_a_quotation_is_not_mended() -> None:
    assert read("где «отпсук»").mended == ()


# -- whatever is typed


def test_of_a_very_long_question_the_rarest_words_are_kept() -> None:
    long = " ".join(f"слово{number}" for number in range(10_000))
    query = read(f"{long} отпуск")
    assert len(query.words) == 64
    assert query.words[-1] == "отпуск"
    assert len(query.text.split()) == 64


@pytest.mark.parametrize(
    "question",
    ["", "🙂🙃", "שלום עולם", "\u202eabc\u202c", "a AND (b OR", "title:x^2 -y +z ~", "\x00"],
)
def test_odd_questions_are_understood_somehow(question: str) -> None:
    assert set(content_stems(question)) <= set(read(question).stems) <= set(stems(question))


@pytest.mark.parametrize(
    "unit",
    [
        "?",
        ". ",
        " ,",
        '"',
        "«",
        "“",
        "a?",
        "Ы ",
        "ывыва ",
        "Слово. ",
        "x'",
        "1.",
        "1 000 ",
        "\u0301",
    ],
)
def test_a_long_run_of_anything_is_read(unit: str) -> None:
    query = read(unit * (20_000 // len(unit)) + "z")
    assert len(query.words) <= 64


@given(st.text(max_size=60))
def test_nothing_typed_breaks_the_reading(question: str) -> None:
    query = read(question)
    assert query.asked == question
    assert len(set(query.words)) == len(query.words) <= 64
