"""Mails made here: headers and bodies in every writing, attachments, and what is hostile."""

from __future__ import annotations

import base64
from dataclasses import replace
from email.message import EmailMessage
from hashlib import sha256

import pytest

from rag.errors import ReadError
from rag.readers import Member, parts
from rag.readers.mail.eml import members_eml, members_mbox, read_mht
from rag.readers.options import DEFAULT, Options
from rag.types import HIDDEN_TEXT, Document

RUSSIAN = "Договор подписан обеими сторонами и передан в архив."


def letter(
    body: str = RUSSIAN, *, subject: str = "Смета", html: str = "", codec: str = "utf-8"
) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Олег Титов <oleg@example.org>"
    message["To"] = "Анна <anna@example.org>, igor@example.org"
    message["Date"] = "Wed, 12 Nov 2025 23:30:00 -0500"
    message["Subject"] = subject
    message.set_content(body, charset=codec)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def members(data: bytes, options: Options = DEFAULT) -> list[Member]:
    return list(members_eml(data, "mail.eml", options))


def text_of(data: bytes, options: Options = DEFAULT) -> Document:
    """The mail's own document."""
    first = members(data, options)[0]
    assert first.name == ""
    assert isinstance(first.content, Document)
    return first.content


def body_of(data: bytes) -> str:
    return text_of(data).text.partition("\n\n")[2]


def test_a_mail_begins_with_its_headers_as_they_read() -> None:
    data = letter(f"{RUSSIAN}\n\n> На склад\n> едем когда?\n-- \nОлег").as_bytes()
    document = text_of(data)
    assert document.text == (
        "From: Олег Титов <oleg@example.org>\nTo: Анна <anna@example.org>, igor@example.org\n"
        "Date: Wed, 12 Nov 2025 23:30:00 -0500\nSubject: Смета\n\n"
        f"{RUSSIAN}\n\n> На склад\n> едем когда?\n--\nОлег"
    )
    assert (document.title, document.kind, document.date) == ("Смета", "mail", "2025-11-12")
    assert document.id == sha256(data).hexdigest()


@pytest.mark.parametrize("codec", ["utf-8", "koi8-r", "cp1251", "iso8859-5", "utf-16"])
@pytest.mark.parametrize("transfer", ["base64", "quoted-printable"])
def test_a_body_is_read_in_its_encoding(codec: str, transfer: str) -> None:
    message = letter()
    message.set_content(RUSSIAN, charset=codec, cte=transfer)
    assert body_of(message.as_bytes()) == RUSSIAN


@pytest.mark.parametrize("declared", ["us-ascii", "iso-8859-1", "koi8-r", "utf-8", "nonsense"])
def test_a_wrong_declaration_is_not_believed(declared: str) -> None:
    head = f"From: a@b\nContent-Type: text/plain; charset={declared}\nSubject: x\n\n"
    assert body_of(head.encode() + RUSSIAN.encode("cp1251")) == RUSSIAN


def _word(text: str, codec: str) -> str:
    return f"=?{codec}?B?{base64.b64encode(text.encode(codec)).decode()}?="


SPLIT = (
    base64.b64encode("Привет".encode()[:5]).decode(),
    base64.b64encode("Привет".encode()[5:]).decode(),
)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (_word("Отчёт за квартал", "koi8-r"), "Отчёт за квартал"),
        (f"Re: {_word('Отчёт', 'cp1251')} (2)", "Re: Отчёт (2)"),
        (f"{_word('От', 'utf-8')}\n {_word('чёт', 'utf-8')}", "Отчёт"),
        (f"=?utf-8?B?{SPLIT[0]}?=\n =?utf-8?B?{SPLIT[1]}?=", "Привет"),
        ("=?utf-8?Q?=D0=9E=D1=82_=D0=90?=", "От А"),
        ("=?utf-8?Q?caf=C3=A9_?=bar", "café bar"),
        ("=?broken?X?abc?=", "=?broken?X?abc?="),
        ("=?utf-8?B?!!!?= rest", "rest"),
        ("plain\n  folded", "plain folded"),
    ],
)
def test_subjects_are_decoded(raw: str, expected: str) -> None:
    assert text_of(f"From: a@b\nSubject: {raw}\n\nx".encode()).title == expected


@pytest.mark.parametrize("codec", ["cp1251", "koi8-r", "utf-8"])
def test_raw_bytes_in_a_subject_are_read(codec: str) -> None:
    data = b"From: a@b\nSubject: " + "Отчёт за квартал".encode(codec) + b"\n\nx"
    assert text_of(data).title == "Отчёт за квартал"


PAGE = (
    "<style>.h{display:none}</style><h1>Счёт</h1><nav>Меню</nav><p class=h>тайно</p>"
    "<p>Оплатите.</p>"
)


@pytest.mark.parametrize(
    ("plain", "page", "expected"),
    [
        ("Просто слова.", "<p>Другие слова.</p>", "Просто слова."),
        (" \n", "<p>Только здесь.</p>", "Только здесь."),
        ("Включите HTML.", "<p>" + "Длинное письмо. " * 40 + "</p>", "Длинное письмо. " * 40),
    ],
)
def test_the_plain_body_is_preferred_unless_it_says_nothing(
    plain: str, page: str, expected: str
) -> None:
    assert body_of(letter(plain, html=page).as_bytes()) == expected.strip()


def test_a_body_in_html_keeps_all_that_is_shown() -> None:
    message = letter()
    message.set_content(PAGE, subtype="html")
    document = text_of(message.as_bytes())
    assert document.text.endswith("Счёт\n\nМеню\n\nОплатите.\n\nтайно")
    asides = [document.text[m.start : m.end] for m in document.marks if m.note == HIDDEN_TEXT]
    assert asides == ["тайно"]
    headings = [document.text[m.start : m.end] for m in document.marks if m.kind == "heading"]
    assert headings == ["Счёт"]
    kept = text_of(message.as_bytes(), Options(keep_hidden=True))
    assert [m.kind for m in kept.marks] == ["heading"]


def test_a_mail_without_words_says_so() -> None:
    document = text_of(b"From: a@b\nSubject: x\n\n \n")
    assert document.text == "From: a@b\nSubject: x"
    assert document.notes == ("the mail has no text of its own",)


def test_attachments_are_members_with_their_bytes_and_names() -> None:
    message = letter()
    message.add_attachment(b"%PDF-1.7", "application", "pdf", filename="Смета на май.pdf")
    message.add_attachment("a,b\n", subtype="csv", filename="../../etc/a.csv")
    message.add_attachment("one\n", filename="note.txt")
    message.add_attachment("two\n", filename="note.txt")
    message.add_attachment(b"x", "application", "pdf")
    found = members(message.as_bytes())
    assert [member.name for member in found] == [
        "",
        "Смета на май.pdf",
        "etc_a.csv",
        "note.txt",
        "note (2).txt",
        "attachment.pdf",
    ]
    assert found[1].content == b"%PDF-1.7"


@pytest.mark.parametrize(
    "header",
    [
        f'attachment; filename="{_word("Смета.txt", "koi8-r")}"',
        "attachment; filename*=utf-8''%D0%A1%D0%BC%D0%B5%D1%82%D0%B0.txt",
        "attachment; filename*0*=utf-8''%D0%A1%D0%BC; filename*1*=%D0%B5%D1%82%D0%B0.txt",
        'attachment; filename="Смета.txt"',
    ],
)
def test_names_of_attachments_are_decoded(header: str) -> None:
    data = (
        'From: a@b\nContent-Type: multipart/mixed; boundary="="\n\n--=\n\nbody\n--=\n'
        f"Content-Type: text/plain\nContent-Disposition: {header}\n\nattached\n--=--\n"
    )
    assert [member.name for member in members(data.encode())] == ["", "Смета.txt"]


def test_an_attached_mail_is_a_member_of_its_own() -> None:
    inner = letter("Внутри.", subject="Акт/сверка")
    inner.add_attachment("deep\n", filename="deep.txt")
    outer = letter()
    outer.add_attachment(inner)
    found = list(parts(outer.as_bytes(), "mail.eml", DEFAULT))
    assert [part.member for part in found] == ["", "Акт_сверка.eml", "Акт_сверка.eml/deep.txt"]
    assert isinstance(found[1].result, Document)
    assert found[1].result.text.endswith("Внутри.")


def test_pictures_in_the_text_and_signatures_are_passed_over() -> None:
    message = letter(html="<p>x</p>")
    message.add_attachment(b"GIF89a", "image", "gif", disposition="inline", filename="logo.gif")
    message.add_attachment(b"PNG", "image", "png", disposition="inline", filename="dot.png")
    message.add_attachment(b"0", "application", "pkcs7-signature", filename="smime.p7s")
    message.add_attachment(b"0", "image", "x-strange", filename="kept.xyz")
    assert [member.name for member in members(message.as_bytes())] == ["", "kept.xyz"]


def test_files_beside_the_version_that_is_not_read_are_kept() -> None:
    data = b"""From: a@b
Content-Type: multipart/alternative; boundary="="

--=

plain
--=
Content-Type: multipart/mixed; boundary="+"

--+
Content-Type: text/html

<p>rich</p>
--+
Content-Type: text/plain; name=a.txt
Content-Disposition: attachment; filename=a.txt

file
--+--
--=--
"""
    found = members(data)
    assert [member.name for member in found] == ["", "a.txt"]
    assert body_of(data) == "plain"


def test_mails_of_a_mailbox_are_named_by_number_and_subject() -> None:
    start = b"From oleg@example.org Wed Nov 12 10:00:00 2025\n"
    data = (
        start
        + letter().as_bytes()
        + b"\n"
        + start
        + b"Subject: two\n\n>From here.\nFrom 10:30 on\n"
    )
    found = list(members_mbox(data, "inbox.mbox", DEFAULT))
    assert [member.name for member in found] == ["1 Смета.eml", "2 two.eml"]
    assert found[1].content == b"Subject: two\n\nFrom here.\nFrom 10:30 on\n"


def test_a_saved_page_is_read_out_of_its_envelope() -> None:
    message = EmailMessage()
    message["Subject"] = "saved"
    message.set_content(f"<title>Т</title><main>{RUSSIAN}</main>", subtype="html", charset="cp1251")
    message.add_related(b"PNG", "image", "png", cid="<1>")
    document = read_mht(message.as_bytes(), "a.mht", DEFAULT)
    assert (document.text, document.title, document.kind) == (RUSSIAN, "Т", "web")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"just words\n", "not a mail"),
        (b"", "not a mail"),
        (bytes(range(256)) * 10, "not a mail"),
    ],
)
def test_what_is_no_mail_gives_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        members(data)


def test_what_is_no_mailbox_or_page_gives_the_reason() -> None:
    with pytest.raises(ReadError, match="not a mailbox"):
        list(members_mbox(b"Subject: x\n\nFrom me 10:00\n", "a.mbox", DEFAULT))
    with pytest.raises(ReadError, match="holds no page"):
        read_mht(letter().as_bytes(), "a.mht", DEFAULT)


def _nested(kind: str, levels: int) -> bytes:
    heads = (
        f'Content-Type: {kind}; boundary="{number}"\n\n--{number}\n' for number in range(levels)
    )
    return b"From: a@b\n" + "".join(heads).encode() + b"\ndeep"


def test_ten_thousand_parts_in_each_other_end_as_a_reason() -> None:
    with pytest.raises(ReadError, match="nested too deeply"):
        members(_nested("multipart/mixed", 10_000))


def test_ten_thousand_mails_in_each_other_end_as_a_reason() -> None:
    data = b"From: a@b\n" + b"Content-Type: message/rfc822\n\n" * 10_000 + b"\nx"
    with pytest.raises(ReadError, match="nested too deeply"):
        members(data)


def test_more_parts_than_allowed_end_as_a_reason() -> None:
    data = b'From: a@b\nContent-Type: multipart/mixed; boundary="="\n\n' + b"--=\n\nx\n" * 50
    with pytest.raises(ReadError, match="more than 10 parts"):
        members(data, replace(DEFAULT, limits=replace(DEFAULT.limits, members=10)))


@pytest.mark.parametrize(
    "head",
    [
        b"Subject: " + b"=?utf-8?Q?" * 100_000,
        b"Subject: " + b"=?utf-8?Q?a?= " * 100_000,
        b"To: " + b"(" * 500_000,
        b"To: " + b"a@b, " * 100_000,
        b"Content-Type: text/plain" + b"; a=b" * 100_000,
        b'Content-Type: text/plain; name="' + b'\\"' * 100_000,
        b"Content-Disposition: attachment; filename*0=" + b"a; filename*1=b" * 50_000,
        b"X: y\n" * 100_000 + b"X: z",
        b"Subject: " + b"\n a" * 200_000,
    ],
)
def test_no_header_makes_reading_slow(head: bytes) -> None:
    """Each of these takes the standard library's header parser minutes."""
    assert members(b"From: a@b\n" + head + b"\n\nbody\n")
