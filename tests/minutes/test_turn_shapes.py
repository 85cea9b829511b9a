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
    assert reading.start == text.index(turns[0])
