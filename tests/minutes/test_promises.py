"""Promises out of dialogues: who, what, when, to whom, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.minutes import extract, is_meeting
from rag.minutes.lexicon import families
from rag.minutes.turns import find_turns
from rag.types import Document, Promise

DAY = "2025-11-12"  # a Wednesday
HEAD = {
    "ru": "Были: Игорь Краснов, Вера Белых, Олег Титов\n\n"
    "Игорь: Всем привет, начинаем.\nВера: Привет.\n",
    "en": "Present: Nina Holt, Paul Reed, Tom Walsh\n\n"
    "Nina: Hello, everybody here?\nPaul: Hello.\n",
}


def _document(text: str, date: str | None = DAY) -> Document:
    turns = find_turns(text)
    return Document("0", "t", text, turns=turns, kind="meeting" if turns else "text", date=date)


def _promises(talk: str, language: str = "ru", date: str | None = DAY) -> tuple[Promise, ...]:
    document = _document(HEAD[language] + talk, date)
    found = extract(document).promises
    for promise in found:
        assert document.text[promise.start : promise.end] == promise.quote
    return found


def _only(talk: str, language: str = "ru") -> Promise:
    found = _promises(talk, language)
    assert len(found) == 1, found
    return found[0]


OWNERS = [
    ("Игорь: Смету скину завтра.", "Игорь Краснов", "Смету скину"),
    ("Вера: С меня макет к пятнице.", "Вера Белых", "макет"),
    ("Вера: Договор возьму на себя.", "Вера Белых", "Договор"),
    ("Игорь: Вера, сможешь к среде собрать отчёт?\nВера: Да.", "Вера Белых", "собрать отчёт"),
    ("Игорь: Вера, пришли логи.\nВера: Хорошо.", "Вера Белых", "пришли логи"),
    ("Игорь: Олег, подготовь списки до вторника.\nВера: А погода какая?", "Олег Титов", "списки"),
    ("Игорь: Титову — проверить насос в пятницу.\nВера: Ясно.", "Олег Титов", "проверить насос"),
    ("Игорь: Олег напишет инструкцию до среды.", "Олег Титов", "напишет инструкцию"),
    ("Игорь: Олег обещал привезти колонку.", "Олег Титов", "привезти колонку"),
    ("Игорь: Договорились, что Олег подготовит акт.", "Олег Титов", "подготовит акт"),
    ("Игорь: Отчёт будет подготовлен Титовым к понедельнику.", "Олег Титов", "Отчёт"),
    ("Игорь: Давайте я отвезу столы.\nВера: Спасибо!", "Игорь Краснов", "отвезу столы"),
    ("Игорь: Мы закончим ремонт до четверга.", "МЫ", "закончим ремонт"),
    ("Игорь: Я обязуюсь принять бочки во вторник.", "Игорь Краснов", "принять бочки"),
]
OWNERS_EN = [
    ("Nina: I'll send the copy tomorrow.", "Nina Holt", "send the copy"),
    ("Nina: Paul, can you get the draft done by Friday?\nPaul: Sure.", "Paul Reed", "draft"),
    ("Nina: Tom, send Paul the login, please.\nPaul: It is raining.", "Tom Walsh", "login"),
    ("Nina: The article's on me.", "Nina Holt", "article"),
    ("Nina: I can do the billing pages.\nPaul: Oh, yes please.", "Nina Holt", "billing pages"),
    ("Nina: I'm going to have the birches done by Friday.", "Nina Holt", "birches"),
    ("Nina: Ellie from the agency promised to pitch the story.", "Ellie", "pitch the story"),
    ("Nina: We'll run the checklist on Monday.", "WE", "run the checklist"),
    ("Nina: Tom will collect the van on Friday.", "Tom Walsh", "collect the van"),
]
NONE = [
    "Игорь: Смету прислать?",
    "Игорь: Смету не пришлю.",
    "Игорь: Смету я уже отправил вчера.",
    "Игорь: Я бы прислал смету.",
    "Игорь: Сейчас покажу смету.",
    "Игорь: Скажу честно, смета плохая.",
    "Игорь: Поставщик говорит: «Пришлю смету завтра».",
    "Игорь: Каждый раз пришлю смету и жалею.",
    "Игорь: Завтра буду в отпуске.",
    "Игорь: Приду завтра к десяти.",
    "Игорь: Со сборкой с меня хватит.",
    "Игорь: Обещают дождь завтра.",
    "Игорь: К понедельнику не обещаю.",
    "Игорь: Вера, сможешь собрать отчёт?\nВера: Не смогу, занята.",
    "Игорь: Разберёмся.",
    "Игорь: Вопрос будет рассмотрен отдельно.",
    "Игорь: Кирилл говорил, что пришлёт смету, но не прислал.",
]
NONE_EN = [
    "Nina: I'll be out on Monday.",
    "Nina: I'll share my screen now.",
    "Nina: I'll be honest with you.",
    "Nina: I won't send the copy.",
    "Nina: I would send the copy, but no.",
    'Nina: They said "we\'ll send it tomorrow".',
    "Nina: If this slips again I'll eat my laptop.",
    "Nina: We'll figure it out.",
    "Nina: Let me tell you about the plan.",
    "Nina: Paul, can you send the copy?\nPaul: I can't, sorry.",
    "Nina: They said they'd send a list, but they never did.",
]


@pytest.mark.parametrize(("talk", "who", "what"), OWNERS)
def test_a_russian_promise_has_its_owner(talk: str, who: str, what: str) -> None:
    promise = _only(talk)
    assert promise.who == who
    assert what in promise.what


@pytest.mark.parametrize(("talk", "who", "what"), OWNERS_EN)
def test_an_english_promise_has_its_owner(talk: str, who: str, what: str) -> None:
    promise = _only(talk, "en")
    assert promise.who == who
    assert what in promise.what


@pytest.mark.parametrize("talk", NONE)
def test_no_promise_in_russian(talk: str) -> None:
    assert _promises(talk) == ()


@pytest.mark.parametrize("talk", NONE_EN)
def test_no_promise_in_english(talk: str) -> None:
    assert _promises(talk, "en") == ()


@pytest.mark.parametrize(
    ("talk", "language", "to_whom"),
    [
        ("Игорь: Пришлю тебе смету завтра.", "ru", "Вера Белых"),
        ("Игорь: Ссылку всем пришлю.", "ru", "ВСЕ"),
        ("Игорь: Скину акт Олегу.", "ru", "Олег Титов"),
        ("Игорь: Вера, пришли мне логи.\nВера: Ок.", "ru", "Игорь Краснов"),
        ("Игорь: Подготовлю смету с Олегом.", "ru", None),
        ("Nina: I'll send you the copy tomorrow, Paul.", "en", "Paul Reed"),
        ("Nina: Could you send me the bios tonight?\nPaul: Sure.", "en", "Nina Holt"),
        ("Nina: I'll finish the copy tomorrow.", "en", None),
    ],
)
def test_the_recipient_is_named_by_the_words(talk: str, language: str, to_whom: str | None) -> None:
    assert _only(talk, language).to_whom == to_whom


def test_a_condition_is_kept_with_its_words() -> None:
    promise = _only("Игорь: Если магазин подтвердит остатки, заберу плинтусы в субботу.")
    assert promise.status == "conditional"
    assert promise.condition == "Если магазин подтвердит остатки"
    assert promise.when is not None
    assert promise.when.end == "2025-11-15"


def test_a_hedge_makes_a_promise_tentative() -> None:
    assert _only("Игорь: Постараюсь найти чек.").force == "tentative"
    assert _only("Nina: I'll try to chase the office.", "en").force == "tentative"


def test_a_new_deadline_keeps_the_old_one_in_the_history() -> None:
    talk = (
        "Игорь: Щиток соберу в пятницу.\nВера: Хорошо.\n"
        "Игорь: Щиток не в пятницу соберу, а в понедельник."
    )
    promise = _only(talk)
    assert promise.when is not None
    assert promise.when.raw == "в понедельник"
    assert [(change.line, change.when_raw) for change in promise.history] == [(5, "в пятницу")]
    assert promise.line == 7


def test_another_day_counts_once_it_is_agreed() -> None:
    talk = (
        "Nina: I'll cut a first version on Monday.\nPaul: Fine.\nTom: It is raining.\n"
        "Nina: Can we say Wednesday for the first version?\nPaul: Wednesday's fine."
    )
    promise = _only(talk, "en")
    assert promise.when is not None
    assert promise.when.end == "2025-11-19"
    assert promise.line == 9
    assert [change.when_raw for change in promise.history] == ["on Monday"]


def test_the_line_of_an_accepted_request_is_the_assent() -> None:
    promise = _only("Игорь: Вера, пришли логи.\nВера: Да.")
    assert (promise.act, promise.line, promise.support) == ("accepted", 6, (5,))


def test_a_withdrawn_promise_is_cancelled() -> None:
    talk = "Игорь: Закажу торт.\nВера: Отбой, торт не надо."
    assert _only(talk).status == "cancelled"


def test_a_discharged_promise_is_done() -> None:
    talk = "Игорь: Предоплату внесу в среду.\nВера: Ок.\nИгорь: Предоплату уже внёс."
    assert _only(talk).status == "done"


def test_two_verbs_are_two_promises() -> None:
    assert len(_promises("Игорь: Пришлю смету и позвоню подрядчику.")) == 2


def test_without_a_day_there_are_words_but_no_dates() -> None:
    (promise,) = _promises("Игорь: Смету скину завтра.", date=None)
    assert promise.when is not None
    assert (promise.when.raw, promise.when.start, promise.when.end) == ("завтра", None, None)


def test_a_given_day_goes_before_the_documents() -> None:
    document = _document(HEAD["ru"] + "Игорь: Смету скину завтра.")
    (promise,) = extract(document, date="2026-01-01").promises
    assert promise.when is not None
    assert promise.when.start == "2026-01-02"


def test_nobody_is_guessed_where_nobody_is_labelled() -> None:
    text = "— Начнём?\n— Да.\n— Что с актом?\n— Акт пришлю завтра.\n— Все согласны?\n— Да."
    (promise,) = extract(_document(text)).promises
    assert promise.who is None


WORDS = (
    "Игорь Вера Олегу пришлю скину смету если завтра к пятнице не да нет ? . , — : « » бы с меня "
    "на мне можешь давайте я мы сделаем Nina Paul I'll send can you by Friday if the login to me"
).split()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(WORDS), max_size=40), st.booleans())
def test_any_words_give_verbatim_promises(talk: list[str], russian: bool) -> None:
    speakers = ("Игорь", "Вера") if russian else ("Nina", "Paul")
    half = len(talk) // 2
    lines = [
        f"{speakers[0]}: {' '.join(talk[:half])} .",
        f"{speakers[1]}: {' '.join(talk[half:])} .",
    ]
    _promises("\n".join(lines), "ru" if russian else "en")


def test_ordinary_notes_are_no_meeting() -> None:
    assert not is_meeting(_document("Купил хлеб.\nИтого: три яблока.\n- [ ] молоко\n- [ ] сыр"))
    assert extract(_document("Я пришлю смету завтра.")).promises == ()


REJECTING = ("in_meeting", "stative", "vague_joint", "habit", "now", "idiom", "threat")
EXAMPLES = [
    (language, name, families(language)[name].example)
    for language in ("ru", "en")
    for name in REJECTING
    if name in families(language)
]


@pytest.mark.parametrize(("language", "name", "example"), EXAMPLES)
def test_the_example_of_a_rejecting_family_is_no_promise(
    language: str, name: str, example: str
) -> None:
    speaker = "Игорь" if language == "ru" else "Nina"
    assert _promises(f"{speaker}: {example}", language) == (), name


COUNTERS = [
    (language, name, families(language)[name].counter)
    for language, names in (
        ("ru", ("in_meeting", "stative", "weak", "now", "threat", "idiom", "vague_joint", "habit")),
        ("en", ("in_meeting", "stative", "threat", "vague_joint", "habit", "now")),
    )
    for name in names
]


@pytest.mark.parametrize(("language", "name", "counter"), COUNTERS)
def test_the_counter_example_of_a_rejecting_family_is_a_promise(
    language: str, name: str, counter: str
) -> None:
    speaker = "Игорь" if language == "ru" else "Nina"
    assert len(_promises(f"{speaker}: {counter}", language)) == 1, name


SHARED = "Были: Олег Титов, Олег Савин, Вера Белых, Tom Reed, Tom Walsh\n\nВера: Начнём?\n"


@pytest.mark.parametrize(
    ("talk", "flag"),
    [
        ("Вера: Олег, подготовь отчёт к среде.\nВера: Дальше.", "ambiguous owner"),
        ("Вера: Олег подготовит отчёт к среде.", "ambiguous owner"),
        ("Вера: Олегу — подготовить отчёт к среде.", "ambiguous owner"),
        ("Вера: Договорились, что Олег позвонит завтра в банк.", "ambiguous owner"),
        ("Вера: Tom to update the roadmap by Monday.", "ambiguous owner"),
        ("Вера: Я отправлю Олегу договор завтра.", "ambiguous recipient"),
        ("Вера: I'll give the keys to Tom tomorrow.", "ambiguous recipient"),
    ],
)
def test_a_name_that_fits_two_people_is_neither_and_says_so(talk: str, flag: str) -> None:
    found = extract(_document(f"{SHARED}{talk}\nВера: Всем спасибо.\n")).promises
    assert [promise.flags for promise in found] == [(flag,)]
    assert flag != "ambiguous owner" or found[0].who is None
    assert found[0].to_whom is None


def test_nobody_else_takes_what_one_of_two_is_asked_for() -> None:
    asked = f"{SHARED}Вера: Олег, пришлёшь смету завтра?\n"
    taken = extract(_document(f"{asked}Олег Савин: Да, пришлю.\n")).promises
    others = extract(_document(f"{asked}Tom Reed: Да, пришлю.\n")).promises
    assert [(promise.who, promise.flags) for promise in taken] == [("Олег Савин", ())]
    assert "Олег" not in "".join(promise.who or "" for promise in others)
