"""Telegram exports: messages with their ids, one chat or all of an account."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rag.errors import ReadError
from rag.minutes import extract
from rag.readers import Member
from rag.readers.options import DEFAULT
from rag.readers.text.telegram import members_telegram
from rag.types import Document


def message(number: int, text: Any, **fields: Any) -> dict[str, Any]:
    day = f"2025-11-24T10:{number:02}:00"
    return {"id": number, "type": "message", "date": day, "from": "Вера", "text": text} | fields


CHAT = {
    "name": "Ёлка",
    "messages": [
        {"id": 1, "type": "service", "date": "2025-11-24T10:00:00", "actor": "Вера", "text": ""},
        message(2, [{"type": "mention", "text": "@igor"}, " скинь смету"]),
        message(5, "завтра пришлём счёт", forwarded_from="Банк"),
        message(6, "", photo="a.jpg"),
    ],
}


def members(export: Any) -> list[Member]:
    return list(members_telegram(json.dumps(export).encode(), "result.json", DEFAULT))


def document_of(member: Member) -> Document:
    assert isinstance(member.content, Document)
    return member.content


def test_the_lines_of_a_chat_are_the_ids_of_its_messages() -> None:
    [member] = members(CHAT)
    document = document_of(member)
    assert [(t.speaker, t.line, t.text, t.time) for t in document.turns] == [
        ("Вера", 2, "@igor скинь смету", "10:02"),
        (None, 5, "завтра пришлём счёт", "10:05"),
    ]
    for turn in document.turns:
        assert document.text[turn.start : turn.end] == turn.text
        assert document.line_at(turn.start) == turn.line
    assert (member.name, document.title, document.date) == ("", "Ёлка", "2025-11-24")
    assert document.kind == "meeting"


def test_words_that_come_from_elsewhere_are_nobodys() -> None:
    chat = {
        "name": "x",
        "messages": [
            message(1, "пришлю завтра", forwarded_from=None),
            message(2, "", text_entities=[{"type": "plain", "text": "да"}]),
            message(3, "уже нет", edited="2025-11-25T10:00:00", reply_to_message_id=1),
            message(4, "аноним", **{"from": None}),
        ],
    }
    document = document_of(members(chat)[0])
    assert [(t.speaker, t.text) for t in document.turns] == [
        (None, "пришлю завтра"),
        ("Вера", "да"),
        ("Вера", "уже нет"),
        (None, "аноним"),
    ]
    assert document.text.startswith("Вера ← ?: пришлю завтра")


def test_a_deadline_counts_from_the_day_of_its_message() -> None:
    chat = {
        "name": "x",
        "messages": [
            message(1, "всем привет"),
            message(2, "смету пришлю завтра", date="2025-12-01T10:00:00"),
        ],
    }
    document = document_of(members(chat)[0])
    [promise] = extract(document).promises
    assert promise.when is not None
    assert promise.when.end == "2025-12-02"
    [promise] = extract(document, date="2025-11-24").promises
    assert promise.when is not None
    assert promise.when.end == "2025-11-25"


def test_the_chats_of_an_account_are_members() -> None:
    export = {
        "about": "…",
        "personal_information": {"first_name": "Вера"},
        "chats": {
            "about": "…",
            "list": [
                CHAT | {"id": 10},
                {"name": "Ёлка", "id": 11, "messages": [message(1, "снова")]},
                {"id": 12, "messages": [message(1, "без имени")]},
                {"name": "empty", "messages": []},
                {"name": "silent", "messages": [message(1, "")]},
                5,
            ],
        },
        "left_chats": {"list": [{"name": "a/b", "messages": [message(1, "ушли")]}]},
    }
    found = members(export)
    assert [member.name for member in found] == ["Ёлка", "Ёлка (2)", "chat 12", "silent", "a_b"]
    assert isinstance(found[3].content, ReadError)
    documents = [document_of(member) for member in found if member is not found[3]]
    assert [document.turns[0].text for document in documents] == [
        "@igor скинь смету",
        "снова",
        "без имени",
        "ушли",
    ]
    assert len({document.id for document in documents}) == 4


def test_messages_out_of_order_are_put_in_order() -> None:
    [member] = members({"messages": [message(7, "b"), message(3, "a"), message(-1, "no")]})
    document = document_of(member)
    assert [line.number for line in document.lines] == [3, 7]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"{", "result.json is not valid JSON"),
        (b"[" * 100_000, "result.json is nested too deeply"),
        (b"[]", "not a Telegram export"),
        (b'{"a": 1}', "not a Telegram export"),
        (b'{"messages": 3}', "not a Telegram export"),
        (b'{"messages": [1]}', "not a Telegram export"),
        (b'{"chats": {"list": 3}}', "not a Telegram export"),
        (b'{"messages": []}', "no messages with words"),
        (b"", "the file is empty"),
    ],
)
def test_other_json_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        list(members_telegram(data, "result.json", DEFAULT))
