"""Notes made by rule with one falsehood planted among the records: it is found, the rest stays."""

from __future__ import annotations

import random
from typing import Any

import pytest

from rag.jobs.checking import Source
from rag.jobs.fields import parse
from rag.jobs.pieces import whole
from rag.jobs.records import Ground
from rag.readers.text.plain import read_text

FIELDS = parse("name, airline, card, sum:number, day:date")
#: Nominative, and the forms that the sentences ask for.
NAMES = {
    "ru": [
        ("Пётр Иванов", "Петра Иванова", "Иванову Петру"),
        ("Анна Белова", "Анны Беловой", "Беловой Анне"),
        ("Олег Титов", "Олега Титова", "Титову Олегу"),
        ("Мария Соколова", "Марии Соколовой", "Соколовой Марии"),
        ("Ольга Крылова", "Ольги Крыловой", "Крыловой Ольге"),
    ],
    "en": [
        (name, name, name)
        for name in ("Peter Brown", "Anna White", "Mary O'Neil", "George Hill", "Olga Krylova")
    ],
}
AIRLINES = {
    "ru": [
        ("Аэрофлот", "Аэрофлотом"),
        ("Победа", "Победой"),
        ("S7", "S7"),
        ("Уральские авиалинии", "Уральскими авиалиниями"),
    ],
    "en": [(name, name) for name in ("Lufthansa", "British Airways", "KLM", "Air France")],
}
SENTENCES = {
    "ru": [
        "{genitive}, летит {by}, карта {card}, вернуть {sum} руб. до {day}.",
        "Возврат {dative}: {airline}, {sum} рублей, срок {day}, карта № {card}.",
        "{name} ({airline}) просит {sum} ₽ на карту {card} к {day}.",
    ],
    "en": [
        "{name} of {airline}: refund {sum} dollars to card {card} by {day}.",
        "{name} flew {airline}, card {card}, owed ${sum}, due {day}.",
        "Card {card} ({name}, {airline}) gets {sum} dollars on {day}.",
    ],
}
MONTHS = {
    "ru": "января марта мая июля сентября ноября".split(),
    "en": "January March May July September November".split(),
}
STRANGERS = {
    "ru": {"name": "Семён Кузнецов", "airline": "Якутия"},
    "en": {"name": "Frank Castle", "airline": "Ryanair"},
}
KINDS = (
    *("card digit", "card new", "card swap", "sum new", "sum swap", "day new", "day swap"),
    *("name new", "name swap", "airline new"),
)


def notes(language: str, draw: random.Random) -> tuple[str, list[dict[str, Any]]]:
    """Four records in sentences of their own, and what a faithful model makes of them."""
    lines, rows = [], []
    for name, genitive, dative in draw.sample(NAMES[language], 4):
        airline, by = draw.choice(AIRLINES[language])
        groups = [f"{draw.randrange(10_000):04}" for _ in range(4)]
        month, day = draw.randrange(6), draw.randrange(1, 29)
        total = draw.randrange(2, 90) * 500
        named = f"{day} {MONTHS[language][month]} 2025"
        grouped = f"{total:,}".replace(",", " " if language == "ru" else ",")
        words = {"name": name, "genitive": genitive, "dative": dative, "airline": airline, "by": by}
        figures = {"card": draw.choice(" -").join(groups), "sum": grouped, "day": named}
        lines.append(draw.choice(SENTENCES[language]).format(**words, **figures))
        row = {"name": name, "airline": airline, "card": "".join(groups), "sum": total}
        rows.append({**row, "day": f"2025-{2 * month + 1:02}-{day:02}"})
    return "\n".join(lines) + "\n", rows


def falsehood(kind: str, rows: list[dict[str, Any]], language: str, draw: random.Random) -> Any:
    """A value that is wrong in the first row."""
    field, way = kind.split()
    true = rows[0][field]
    if way == "swap":
        return rows[1][field]
    if way == "digit":
        place = draw.randrange(16)
        return f"{true[:place]}{(int(true[place]) + 1) % 10}{true[place + 1 :]}"
    return {
        "card": "".join(str(draw.randrange(10)) for _ in range(16)),
        "sum": rows[0]["sum"] + draw.choice([1, 100, 250]),
        "day": f"{rows[0]['day'][:8]}{int(rows[0]['day'][8:]) % 27 + 1:02}",
        **STRANGERS[language],
    }[field]


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_planted_falsehood_is_flagged_and_nothing_true_is_lost(kind: str, language: str) -> None:
    draw = random.Random(f"{kind} {language}")
    for _ in range(5):
        text, rows = notes(language, draw)
        field = kind.split()[0]
        said = [dict(row) for row in rows]
        said[0][field] = falsehood(kind, rows, language, draw)
        if said[0][field] == rows[0][field]:
            continue  # two rows that agree cannot be swapped
        source = Source("notes.txt", read_text(text.encode(), "notes.txt"))
        records, left_out = Ground(source, whole(source.document)).records(FIELDS, said)
        assert not left_out
        assert [record.place.line for record in records if record.place] == [1, 2, 3, 4]
        assert [(flag.field, flag.value) for flag in records[0].flags] == [(field, said[0][field])]
        assert records[0].values[field] in (None, rows[1][field])
        kept = {**rows[0], field: records[0].values[field]}
        assert [record.values for record in records] == [kept, *rows[1:]]
