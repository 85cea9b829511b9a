"""What is shown of a meeting: groups, states, places and quotes."""

from __future__ import annotations

from dataclasses import replace

from meeting_records import ENGLISH, RUSSIAN, filled, promising, record_of

from rag.exports.outline import QUOTE, cut, group_of, outline
from rag.jobs.result import Sent
from rag.scribe import Account, Doubt, Reading, Suggestions
from rag.types import Due, Promise

TWINS = """Разбор склада

Ольга: Саша, разберёшь полки?
Саша Лужин: Посмотрим.
"""


def promise(**fields: object) -> Promise:
    usual = Promise("Игорь", None, "скину план", None, "self", "open", "скину план", 5, 0, 10)
    return replace(usual, **fields)  # type: ignore[arg-type]


def test_promises_stand_in_groups_each_by_its_last_day() -> None:
    out = outline(record_of(RUSSIAN))
    assert [(title, [task.number for task in tasks]) for title, tasks in out.groups] == [
        ("К сроку", [1, 2, 3]),
        ("Без срока", [4]),
        ("При условии", [5]),
    ]
    dated = dict(out.groups)["К сроку"]
    assert [task.when[:10] for task in dated] == ["2025-11-13", "2025-11-14", "2025-11-17"]


def test_what_is_closed_or_uncertain_is_set_apart_whatever_its_day() -> None:
    due = Due("завтра", "2025-11-13", "2025-11-13")
    assert group_of(promise(when=due)) == "dated"
    assert group_of(promise(when=Due("с завтра", "2025-11-13", None))) == "dated"
    assert group_of(promise(when=Due("после релиза", None, None))) == "undated"
    assert group_of(promise(when=due, who=None)) == "unowned"
    assert group_of(promise(when=due, force="tentative")) == "tentative"
    assert group_of(promise(when=due, status="conditional")) == "conditional"
    assert group_of(promise(when=due, status="cancelled", force="tentative")) == "closed"
    assert group_of(promise(status="done")) == "closed"


def test_a_moved_promise_says_what_was_before_and_where() -> None:
    (moved,) = [
        task
        for _, tasks in outline(record_of(RUSSIAN)).groups
        for task in tasks
        if "было" in task.state
    ]
    assert moved.state == "было: в пятницу (строка 9)"
    assert moved.place == "строка 11; см. 9"


def test_an_accepted_promise_is_quoted_with_its_request() -> None:
    tasks = [task for _, tasks in outline(record_of(ENGLISH)).groups for task in tasks]
    (accepted,) = [task for task in tasks if task.what == "order the seeds"]
    assert accepted.quote == (
        "“Mark: Anna, can you order the seeds by the end of the month?” — “Sure, will do.”"
    )


def test_a_request_of_a_chat_is_quoted_with_its_asker_and_without_the_stamp() -> None:
    chat = (
        "12.11.2025, 10:41 - Вера: Игорь, сможешь позвонить в банк до пятницы?\n"
        "12.11.2025, 10:45 - Игорь: Ок, позвоню\n"
        "12.11.2025, 10:46 - Вера: Спасибо\n"
    )
    ((_, (task,)),) = outline(record_of(chat)).groups
    assert task.quote == "«Вера: Игорь, сможешь позвонить в банк до пятницы?» — «Ок, позвоню»"


def test_topics_and_questions_stand_with_line_and_time() -> None:
    out = outline(filled(record_of(RUSSIAN)))
    assert [(item.text, item.place) for item in out.topics] == [("Полив", "строка 5, 00:01")]
    (question,) = out.questions
    assert (question.who, question.place) == ("Игорь", "строка 5, 00:02")


def test_a_name_that_fits_two_is_shown_with_both() -> None:
    record = record_of(TWINS, "sklad.txt")
    said = "Саша, разберёшь полки?"
    start = record.document.text.index(said)
    unclear = promise(
        who=None,
        what="разберёшь полки",
        quote=said,
        line=3,
        start=start,
        end=start + len(said),
        flags=("ambiguous owner", "check"),
    )
    people = ("Саша Ким", "Саша Лужин", "Ольга Рей")
    minutes = replace(record.minutes, participants=people, promises=(unclear,))
    record = replace(record, minutes=minutes)
    ((title, (task,)),) = outline(record).groups
    assert title == "Без исполнителя"
    assert task.state == "проверьте, кто: Саша Ким или Саша Лужин; проверьте"


def test_what_a_model_reads_otherwise_is_marked_and_what_it_alone_saw_stands_apart() -> None:
    record = record_of(RUSSIAN)
    alone = promise(
        what="полью рассаду", quote="полью рассаду", force="tentative", flags=("check",)
    )
    reading = Reading(
        record.minutes,
        Account(1, 0, Sent(1, 100, 100, 1024, 256, "estimate", exact=False)),
        (Doubt(0, "when", "завтра", "в среду"), Doubt(0, "to_whom", "Лев Орлов", None)),
        Suggestions(promises=(alone,)),
    )
    out = outline(replace(record, reading=reading))
    (doubted,) = [t for _, tasks in out.groups for t in tasks if t.what == "Насос я проверю"]
    assert doubted.state == (
        "проверьте, срок: модель читает «в среду»; проверьте, кому: модель читает «не сказано»"
    )
    assert [(item.text, item.place) for item in out.suggestions] == [
        ("Игорь: полью рассаду — «полью рассаду»", "строка 5")
    ]


def test_a_flag_without_candidates_still_asks_to_look() -> None:
    record = promising(record_of(RUSSIAN), promise(flags=("ambiguous recipient",)))
    ((_, (task,)),) = outline(record).groups
    assert task.state == "проверьте, кому: неясно"


def test_a_quote_of_a_whole_speech_is_cut_around_the_promise() -> None:
    speech = "слово " * 400 + "я пришлю смету " + "слово " * 400
    part = cut(speech, "пришлю смету")
    assert len(part) <= QUOTE + 4
    assert "я пришлю смету" in part
    assert part.startswith("… ")
    assert part.endswith(" …")
    assert cut("коротко\nи ясно", "ясно") == "коротко и ясно"


def test_a_chat_counts_messages() -> None:
    record = replace(record_of(RUSSIAN), name="result.json")
    tasks = [task for _, tasks in outline(record).groups for task in tasks]
    assert tasks[0].place == "сообщение 6"
    assert [task.state for task in tasks if "было" in task.state] == [
        "было: в пятницу (сообщение 9)"
    ]
