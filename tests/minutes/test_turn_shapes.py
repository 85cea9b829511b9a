"""The table of shapes, the ways people and programs vary them, and what only looks like them."""

from __future__ import annotations

import pytest

from rag.minutes.turns import read_turns
from rag.minutes.turns.shapes import SHAPES, Shape

#: what is said in the variants below, one after the other
WORDS = ("начнём?", "да, я готова", "тогда с бюджета")
#: how each of three turns is written, and who speaks: first and third, second
VARIANTS = {
    "label": ("{name}: {words}\n", "Игорь", "Вера"),
    "label with spaces": ("  {name} :  {words}\n", "Игорь", "Вера"),
    "blank lines between": ("{name}: {words}\n\n", "Игорь", "Вера"),
    "no space behind": ("{name}:{words}\n", "Игорь", "Вера"),
    "words on the next line": ("{name}:\n{words}\n\n", "Игорь", "Вера"),
    "lower case": ("{name}: {words}\n", "игорь", "вера"),
    "two words": ("{name}: {words}\n", "Игорь Краснов", "Вера Белых"),
    "surname first": ("{name}: {words}\n", "Краснов Игорь", "Белых Вера"),
    "patronymic": ("{name}: {words}\n", "Игорь Петрович Краснов", "Вера Андреевна"),
    "initials": ("{name}: {words}\n", "И. П. Краснов", "В.Белых"),
    "initials behind": ("{name}: {words}\n", "Краснов И. П.", "Белых В.А."),
    "double names": ("{name}: {words}\n", "Анна-Мария", "Игорь Краснов-Луговой"),
    "double spaces": ("{name}: {words}\n", "Игорь  Краснов", "Вера  Белых"),
    "logins": ("{name}: {words}\n", "krasnov_i", "v.belykh"),
    "addresses": ("{name}: {words}\n", "krasnov@firma.example", "v.belykh@firma.example"),
    "numbers": ("{name}: {words}\n", "Спикер 1", "Спикер 2"),
    "english numbers": ("{name}: {words}\n", "Speaker 1", "Speaker 2"),
    "recogniser's numbers": ("{name}: {words}\n", "SPEAKER_00", "SPEAKER_01"),
    "unknown people": ("{name}: {words}\n", "Хазрет", "Зубайра"),
    "latin names": ("{name}: {words}\n", "Nina Ray", "Paul O'Hart"),
    "offices": ("{name}: {words}\n", "Заказчик", "Бухгалтер"),
    "departments": ("{name}: {words}\n", "Project Manager", "Marketing"),
    "bold": ("**{name}:** {words}\n\n", "Игорь", "Вера Белых"),
    "bold name": ("**{name}**: {words}\n", "Игорь", "Вера Белых"),
    "italic": ("*{name}:* {words}\n", "Игорь", "Вера Белых"),
    "underscores": ("__{name}__: {words}\n", "Игорь", "Вера Белых"),
    "bullets": ("- **{name}**: {words}\n", "Игорь", "Вера"),
    "quotation": ("> {name}: {words}\n", "Игорь", "Вера"),
    "bold name over words": ("**{name}**\n{words}\n\n", "Игорь Краснов", "Вера Белых"),
    "heading over words": ("### {name}\n{words}\n\n", "Игорь Краснов", "Вера Белых"),
    "name over words": ("{name}\n{words}\n\n", "Игорь Краснов", "Вера Белых"),
    "number over words": ("{name}\n{words}\n\n", "Спикер 1", "Спикер 2"),
    "dash": ("{name} — {words}\n", "Игорь", "Вера"),
    "short dash": ("{name} - {words}\n", "Игорь Краснов", "Вера Белых"),
    "tab": ("{name}\t{words}\n", "Игорь", "Вера"),
    "clock in brackets": ("[00:0{at}:03] {name}: {words}\n", "Игорь", "Вера"),
    "clock in parentheses": ("(00:0{at}) {name}: {words}\n", "Игорь", "Вера"),
    "bare clock": ("10:0{at} {name}: {words}\n", "Игорь", "Вера"),
    "clock and dash": ("00:0{at}:03 - {name}: {words}\n", "Игорь", "Вера"),
    "clock and bold": ("**[00:0{at}:03]** **{name}:** {words}\n", "Игорь", "Вера"),
    "range": ("[00:0{at}:03 - 00:0{at}:09] {name}: {words}\n", "Игорь", "Вера"),
    "range of a recogniser": ("[0{at}:03.120 --> 0{at}:09.480] {name}: {words}\n", "Игорь", "Вера"),
    "number in brackets": (
        "[00:0{at}:03.000 --> 00:0{at}:09.000]  [{name}]: {words}\n",
        "SPEAKER_00",
        "SPEAKER_01",
    ),
    "clock behind": ("{name} (10:0{at}): {words}\n", "И. Краснов", "В. Белых"),
    "clock behind in brackets": ("{name} [00:0{at}:03]: {words}\n", "Игорь Краснов", "Вера Белых"),
    "bare clock behind": ("{name}, 10:0{at}: {words}\n", "Игорь", "Вера"),
    "clock behind over words": ("{name} (00:0{at}):\n{words}\n\n", "Speaker 1", "Speaker 2"),
    "logins and clock": ("[10:0{at}] {name}: {words}\n", "krasnov_i", "v.belykh"),
    "teams": ("{name}   0:0{at}\n{words}\n\n", "Игорь Краснов", "Вера Белых"),
    "teams, one space": ("{name}\xa00:0{at}\n{words}\n\n", "Игорь Краснов", "Вера Белых"),
    "clock in brackets over words": ("{name} [00:0{at}:11]\n{words}\n\n", "Игорь", "Вера Белых"),
    "clock first, over words": ("00:0{at}:11 {name}\n{words}\n\n", "Игорь Краснов", "Вера Белых"),
    "bar": ("{name} | 00:0{at}\n{words}\n\n", "Игорь Краснов", "Вера Белых"),
    "heading with clock": ("### {name} — 00:0{at}\n{words}\n\n", "Игорь Краснов", "Вера Белых"),
    "half a day": ("{name}  10:0{at} AM\n{words}\n\n", "Nina Ray", "Paul Hart"),
    "name, then clock": ("{name}\n10:0{at}\n{words}\n\n", "Игорь Краснов", "Вера Белых"),
    "telegram, copied": (
        "{name}, [12.11.2025 10:0{at}]\n{words}\n\n",
        "Игорь Краснов",
        "Вера",
    ),
    "whatsapp": ("12.11.2025, 10:0{at} - {name}: {words}\n", "Игорь", "Вера Белых"),
    "whatsapp of an iphone": (
        "\u200e[12.11.2025, 10:0{at}:41] {name}: {words}\n",
        "Игорь",
        "Вера Белых",
    ),
    "whatsapp in america": ("11/25/25, 10:0{at}\u202fAM - {name}: {words}\n", "Nina", "Paul"),
    "whatsapp on the web": ("[10:0{at}, 12.11.2025] {name}: {words}\n", "Игорь", "Вера"),
    "whatsapp, not saved": (
        "12.11.2025, 10:0{at} - {name}: {words}\n",
        "+7 900 123-45-67",
        "+7 900 765-43-21",
    ),
    "zoom chat": ("10:0{at}:11 From  {name}  to  Everyone:\n\t{words}\n", "Игорь", "Вера Белых"),
    "zoom chat on one line": ("10:0{at}:11 From {name} to Everyone: {words}\n", "Игорь", "Вера"),
    "zoom chat in russian": ("10:0{at}:11\t От  {name}  кому  Все:\n\t{words}\n", "Игорь", "Вера"),
    "zoom cloud chat": ("00:0{at}:11\t{name}:\t{words}\n", "krasnov_i", "Вера Белых"),
    "old zoom chat": ("10:0{at}:11 From {name} : {words}\n", "Игорь", "Вера"),
    "stenogram": ("{name}, депутат.\n{words}\n\n", "КРАСНОВ И. П.", "БЕЛЫХ В. А."),
    "stenogram, initials first": ("{name}\n{words}\n\n", "И. П. КРАСНОВ", "В. А. БЕЛЫХ"),
    "stenogram with colons": ("{name}: {words}\n", "КРАСНОВ", "БЕЛЫХ В. А."),
    "stenogram in small letters": ("{name}, депутат.\n{words}\n\n", "Краснов И. П.", "Белых В. А."),
    "old teams": (
        "0:0{at}:3.4 --> 0:0{at}:12.9\n{name}\n{words}\n\n",
        "Игорь Краснов",
        "Вера Белых",
    ),
}
#: names as they are read where they differ from how they are written
READ = {
    "КРАСНОВ И. П.": "Краснов И. П.",
    "БЕЛЫХ В. А.": "Белых В. А.",
    "И. П. КРАСНОВ": "И. П. Краснов",
    "В. А. БЕЛЫХ": "В. А. Белых",
    "КРАСНОВ": "Краснов",
    "Игорь  Краснов": "Игорь Краснов",
    "Вера  Белых": "Вера Белых",
}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_the_example_of_a_shape_is_read_by_it_and_the_counter_example_by_none(shape: Shape) -> None:
    reading = read_turns(shape.example)
    assert reading.shape == shape.name
    assert len(reading.turns) >= shape.least
    assert read_turns(shape.counter).turns == ()


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_way_of_writing_turns_is_read(variant: str) -> None:
    form, first, second = VARIANTS[variant]
    names = [first, second, first, second]
    words = [*WORDS, "хорошо, записываю"]
    turns = [
        form.format(name=name, words=said, at=at)
        for at, (name, said) in enumerate(zip(names, words, strict=True))
    ]
    text = "Созвон по складу\n\n" + "".join(turns)
    reading = read_turns(text)
    assert [turn.speaker for turn in reading.turns] == [READ.get(name, name) for name in names]
    assert [turn.text for turn in reading.turns] == words
    lines = text.split("\n")
    for at, turn in enumerate(reading.turns):
        assert text[turn.start : turn.end] == turn.text
        assert turn.text in lines[turn.line - 1]
        if "{at}" in form:
            assert turn.time
            assert f"0{at}" in turn.time
    assert reading.starts[0] == text.index(turns[0])


#: what looks like a transcript at a glance
NO_MEETINGS = {
    "novel": "— Кто там? — спросил он.\n— Это я, — ответила она.\n— Зачем?"
    "\n— За книгой, — сказала она.\n— Бери.\n— Спасибо! — воскликнула Вера."
    "\n— А деньги? — крикнул он.\n— Завтра.",
    "novel with prose": "Он вошёл.\n\n— Кто там?\n\nНикто не ответил."
    " Было темно.\n\n— Эй?\n\nТишина.",
    "questions and answers": "Вопрос: Как войти?\nОтвет: Нажмите «Войти».\n\n"
    "Вопрос: Забыл пароль, что мне делать?\nОтвет: Напишите нам."
    "\n\nВопрос: Где вы?\nОтвет: Мы в городе.",
    "settings": "name: shop\nhost: localhost\nport: 80\nname: office\nhost: other\nport: 81\n",
    "settings with flags": "enabled: yes\nverbose: no\nenabled: no\nverbose: yes\nenabled: ok\n",
    "instruction": "Пользователь: нажимает кнопку.\nСервер: открывает окно.\n"
    "Пользователь: вводит имя.\nСервер: сохраняет запись.\nПользователь: закрывает окно.",
    "recipe": "Тесто: мука, вода\nНачинка: творог\nТесто: раскатать\nНачинка: растереть"
    "\nСоус: сметана",
    "code": "class Point:\n    x: int = 0\n    y: int = 0\n\n    def move(self):\n        try:\n"
    "            self.x: int = 1\n        except ValueError:\n            pass\n",
    "data": '{\n "name": "shop",\n "who": "we",\n "name": "office",\n "who": "you"\n}',
    "program's log": "2025-11-12 10:02:11 INFO: started\n2025-11-12 10:02:12 INFO: listening\n"
    "2025-11-12 10:02:13 ERROR: port is taken\n2025-11-12 10:02:14 INFO: stopped",
    "log of services": "10:02:11 kernel: device connected\n10:02:12 sshd: session opened\n"
    "10:02:13 kernel: device removed\n10:02:14 sshd: session closed",
    "chat with a program": "System: You answer briefly.\nAssistant: I am here to help you.\n"
    "System: Stop.\nAssistant: As you wish.",
    "telephones": "Игорь: 12-34\nВера: 56-78\nОлег: 90-12\nИгорь: 34-56",
    "a day's plan": "10:00 Открытие: зал А\n10:30 Доклад: зал Б\n12:00 Обед: столовая"
    "\n13:00 Доклад: зал А",
    "tasks": "- Игорь — смета, до пятницы\n- Вера — договор\n- Игорь — акты\n- Вера — счёт",
    "changes": "20051107: Bumped the version\n20051107: New target\n20051108: Changed the site",
    "glossary": "Chunk: a piece of a text\nIndex: what is searched\nChunk: see above"
    "\nRank: an order",
    "letter": "Добрый день!\n\nТема: смета\nКому: Вере\n\nПришлю завтра.\n\nС уважением, Игорь",
    "nothing but one label": "Игорь: привет",
    "no words": "Игорь:\nВера:\nИгорь:\n",
    "zeros": "\x00\x00Игорь\x00: да\x00\n" * 2,
}


@pytest.mark.parametrize("name", NO_MEETINGS)
def test_what_only_looks_like_a_transcript_has_no_turns(name: str) -> None:
    assert read_turns(NO_MEETINGS[name]).turns == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Олег Титов (Гость): начнём?\nАнна, бухгалтер: да\nОлег Титов (Гость): хорошо",
            ["Олег Титов", "Анна", "Олег Титов"],
        ),
        (
            "Анна (юрист): начнём?\nАнна (бухгалтер): да\nАнна (юрист): хорошо",
            ["Анна (юрист)", "Анна (бухгалтер)", "Анна (юрист)"],
        ),
        (
            "Анна, юрист: начнём?\nИгорь: да\nАнна: хорошо",
            ["Анна", "Игорь", "Анна"],
        ),
        (
            "🦊 Олег: начнём?\nВера 🌷: да\n🦊 Олег: хорошо",
            ["Олег", "Вера", "Олег"],
        ),
        (
            "Олег Титов | Ромашка: начнём?\nDr Nina Ray: yes\nОлег Титов | Ромашка: хорошо",
            ["Олег Титов", "Nina Ray", "Олег Титов"],
        ),
        (
            "Игорь: начнём?\nХазрет: да\nИгорь: хорошо\nИгорь: тогда всё",
            ["Игорь", "Хазрет", "Игорь", "Игорь"],
        ),
        (
            "The Chair (Hon. A. Nobody (Green Hills)): shall we?\nMr. Ray: yes, we can\n"
            "The Chair: good, thank you",
            ["The Chair", "Mr. Ray", "The Chair"],
        ),
    ],
)
def test_a_label_becomes_the_name_of_one_person(text: str, expected: list[str]) -> None:
    assert [turn.speaker for turn in read_turns(text).turns] == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "Игорь: начнём?\nВера: да\nИтого: решили начать\nИгорь: хорошо",
            ["начнём?", "да", "хорошо"],
        ),
        (
            "[10:01] Игорь: начнём?\n[10:02] Вера: да\nИтого: решили\n[10:03] Игорь: хорошо",
            ["начнём?", "да", "хорошо"],
        ),
        (
            "10:30 Встреча: все тут\n10:31 Игорь: начнём?\n10:32 Вера: да\n10:33 Игорь: хорошо",
            ["начнём?", "да", "хорошо"],
        ),
        (
            "Игорь: есть два пути\nпервый: ждать\nВера: да, ждём\nИгорь: хорошо",
            ["есть два пути\nпервый: ждать", "да, ждём", "хорошо"],
        ),
        (
            "Заказчик: ООО «Ромашка»\n\nИгорь: начнём?\nВера: да\nИгорь: хорошо",
            ["начнём?", "да", "хорошо"],
        ),
        (
            "12.11.2025, 10:41 - Вы создали группу\n12.11.2025, 10:41 - Игорь: начнём?\n\n"
            "с бюджета\n12.11.2025, 10:42 - Вера: <Без медиафайлов>\n"
            "12.11.2025, 10:43 - Вера: да, давай\n12.11.2025, 10:44 - Олег вышел\n"
            "12.11.2025, 10:44 - Олег: \u200eизображение опущено\n"
            "12.11.2025, 10:45 - Игорь: хорошо",
            ["начнём?\n\nс бюджета", "да, давай", "хорошо"],
        ),
        (
            "10:02:11 From Игорь to Everyone:\n\tначнём?\n10:02:12 From Вера to Everyone:\n\t"
            'Replying to "начнём?"\n\n\tда\n10:02:13 From Олег to Everyone:\n\t'
            'Reacted to "да" with 👍\n10:02:14 From Игорь to Everyone:\n\tхорошо',
            ["начнём?", "да", "хорошо"],
        ),
    ],
)
def test_only_what_a_speaker_said_is_in_the_turn(text: str, words: list[str]) -> None:
    assert [turn.text for turn in read_turns(text).turns] == words


def test_blocks_of_time_give_the_time_of_what_follows() -> None:
    text = "00:00:00\n\nNina: shall we?\nPaul: yes\n\n00:05:00\n\nNina: good, thank you\n"
    assert [turn.time for turn in read_turns(text).turns] == ["00:00:00", "00:00:00", "00:05:00"]


def test_a_monologue_of_a_known_person_is_a_meeting_of_one() -> None:
    text = "Игорь: я начну\nИгорь: смету пришлю завтра\nИгорь: всё, спасибо"
    assert {turn.speaker for turn in read_turns(text).turns} == {"Игорь"}


def test_two_languages_in_one_talk() -> None:
    text = "Игорь: начнём?\nNina: yes, let's start\nИгорь: ок, please go ahead"
    assert [turn.speaker for turn in read_turns(text).turns] == ["Игорь", "Nina", "Игорь"]
