"""Another name for a document, several read anew or taken out at once, folders that are watched."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from rag.app import App
from rag.config import Settings
from rag.errors import UsageError
from rag.renaming import former_names, renamed
from rag.store.replies import Replies
from rag.store.rows import FileRow
from rag.types import Scope


def row(name: str, member: str = "", path: str = "") -> FileRow:
    return FileRow(name, "/papers", path or name.removesuffix(f"/{member}"), 1, 1, "d", "d", member)


ROWS = (
    row("a/план.pdf"),
    row("b/план.pdf"),
    row("mail.eml"),
    row("mail.eml/смета.txt", "смета.txt"),
    row("box.zip/x.txt", "x.txt"),
)


def test_what_lies_inside_a_file_is_called_after_it() -> None:
    done = renamed(ROWS, "mail.eml", "Письмо от мая.eml")
    assert done.names == ("mail.eml", "mail.eml/смета.txt")
    assert [each.name for each in done.rows] == ["Письмо от мая.eml", "Письмо от мая.eml/смета.txt"]
    (box,) = renamed(ROWS, "box.zip", "new.zip").rows  # an archive is no document itself
    assert box.name == "new.zip/x.txt"


def test_a_name_may_be_the_end_of_a_path_where_only_one_has_it() -> None:
    assert renamed(ROWS, "a/план.pdf", "x.pdf").names == ("a/план.pdf",)
    with pytest.raises(UsageError, match="may be any of"):
        renamed(ROWS, "план.pdf", "x.pdf")
    with pytest.raises(UsageError, match="There is no document"):
        renamed(ROWS, "c.pdf", "x.pdf")
    with pytest.raises(UsageError, match=r"part of mail\.eml") as told:
        renamed(ROWS, "смета.txt", "x.txt")
    assert told.value.hint == "Rename that: rag mv mail.eml NAME"


@pytest.mark.parametrize("taken", ["b/план.pdf", "mail.eml", "mail.eml/смета.txt", "box.zip"])
def test_a_name_that_another_one_has_is_refused(taken: str) -> None:
    with pytest.raises(UsageError, match="already"):
        renamed(ROWS, "a/план.pdf", taken)
    assert renamed(ROWS, "a/план.pdf", "a/план.pdf").new == "a/план.pdf"


@pytest.mark.parametrize("bad", ["", " ", "a\nb", "/etc", "a//b", "../a", "a/", " a", "a\u202eb"])
def test_what_cannot_be_a_name_is_refused(bad: str) -> None:
    with pytest.raises(UsageError, match="is no name"):
        renamed(ROWS, "mail.eml", bad)


def test_old_names_lead_to_the_present_ones_however_often_they_changed() -> None:
    first = former_names({}, renamed([row("a")], "a", "b"))
    assert first == {"a": "b"}
    second = former_names(first, renamed([row("b")], "b", "c"))
    assert second == {"a": "c", "b": "c"}
    assert former_names(second, renamed([row("c")], "c", "a")) == {"b": "a", "c": "a"}


def test_a_name_survives_every_way_of_reading_its_file_again(app: App, folder: Path) -> None:
    app.ingest([folder])
    assert app.rename("планёрка.txt", "Встреча о смете") == "meetings/планёрка.txt"
    names = ["Встреча о смете", "binder.txt", "правила.md"]
    for ways in ({"sync": True}, {"reread": True}):
        app.ingest([folder], **ways)
        assert sorted(row.name for row in app.documents()) == sorted(names)
    app.reread(["Встреча о смете"])
    (folder / "meetings" / "планёрка.txt").write_text("Новый текст.", encoding="utf-8")
    assert app.ingest([folder], sync=True).changed == ("Встреча о смете",)
    assert all(check.ok for check in app.doctor())
    (folder / "meetings" / "планёрка.txt").unlink()
    assert app.ingest([folder], sync=True).removed == ("Встреча о смете",)


def test_citations_and_promises_carry_the_new_name_and_the_old_one_still_leads_there(
    app: App, folder: Path
) -> None:
    app.ingest([folder])
    cited = app.answer("сколько дней отпуска переносится").sentences[0].citations[0]
    app.rename("правила.md", "Отпуска.md")
    app.rename("планёрка.txt", "Встреча.txt")
    now = app.answer("сколько дней отпуска переносится").sentences[0].citations[0]
    assert now.document == "Отпуска.md"
    assert {entry.document for entry in app.answer("кто что обещал").entries} == {"Встреча.txt"}
    row, document = app.document(cited.document)
    assert row.name == "Отпуска.md"
    assert document.text[cited.start : cited.end] == cited.quote
    assert app.search("отпуск", k=1, scope=Scope(("Отпуска.md",))).passages
    told = json.dumps({"schema": 1, "sentences": [{"citations": [_plain(cited)]}]})
    assert [proof.state for proof in app.prove(told)] == ["holds"]


def _plain(citation: Any) -> dict[str, Any]:
    return {name: getattr(citation, name) for name in citation.__slots__}


def test_a_file_that_is_new_does_not_get_a_name_that_was_given(app: App, folder: Path) -> None:
    app.ingest([folder])
    app.rename("binder.txt", "новый.txt")
    (folder / "новый.txt").write_text("Совсем другой текст.", encoding="utf-8")
    assert app.ingest([folder]).added == ("papers/новый.txt",)


def test_several_documents_leave_in_one_publication(app: App, folder: Path) -> None:
    app.ingest([folder])
    with app.library() as library:
        before = library.catalogue.generation
    (meeting,) = [row.id for row in app.documents() if row.kind == "meeting"]
    with Replies.open(app.paths.replies) as replies:
        replies.put("key", "said", [meeting])
    removed = app.remove("планёрка.txt", "binder.txt", "binder.txt")
    assert removed == ["meetings/планёрка.txt", "binder.txt"]
    with app.library() as library:
        assert library.catalogue.generation == before + 1
    assert [row.name for row in app.documents()] == ["правила.md"]
    with Replies.open(app.paths.replies) as replies:
        assert replies.get("key") is None
    with pytest.raises(UsageError):
        app.remove("правила.md", "binder.txt")
    assert len(app.documents()) == 1


def test_chosen_documents_are_read_anew_and_stay_with_their_folder(app: App, folder: Path) -> None:
    app.ingest([folder])
    report = app.reread(["meetings/планёрка.txt"])
    assert report.changed == ("meetings/планёрка.txt",)
    assert [read.path for read in report.read] == ["meetings/планёрка.txt"]
    rows = {row.name: row for row in app.files()}
    assert rows["meetings/планёрка.txt"].root == str(folder)
    assert rows["meetings/планёрка.txt"].path == "meetings/планёрка.txt"


def test_a_file_that_is_gone_is_told_and_its_document_stays(app: App, folder: Path) -> None:
    app.ingest([folder])
    (folder / "binder.txt").unlink()
    report = app.reread(["binder.txt", "правила.md"])
    assert [(row.path, row.reason.split(":")[0]) for row in report.skipped] == [
        ("binder.txt", "its file is gone")
    ]
    assert report.changed == ("правила.md",)
    assert len(app.documents()) == 3
    assert not app.reread(["binder.txt"]).changed


def test_a_part_of_an_archive_is_read_with_the_whole_of_it(app: App, folder: Path) -> None:
    with zipfile.ZipFile(folder / "box.zip", "w") as box:
        box.writestr("one.txt", "Первый текст в архиве.")
        box.writestr("two.txt", "Второй текст в архиве.")
    app.ingest([folder])
    app.rename("box.zip", "Архив.zip")
    assert app.reread(["Архив.zip/one.txt"]).changed == ("Архив.zip/one.txt", "Архив.zip/two.txt")


def test_folders_are_known_with_what_lies_in_them(app: App, folder: Path, tmp_path: Path) -> None:
    single = tmp_path / "one.txt"
    single.write_text("Один файл сам по себе.", encoding="utf-8")
    assert app.folders() == []
    app.ingest([folder, single])
    (known,) = app.folders()
    assert (known.path, known.documents, known.there) == (folder, 3, True)
    assert known.synced
    app.forget_folder(folder)
    assert app.folders() == []
    assert len(app.documents()) == 4


def test_folders_of_an_older_library_are_those_that_files_came_with_in_numbers(
    app: App, folder: Path, tmp_path: Path
) -> None:
    single = tmp_path / "one.txt"
    single.write_text("Один файл сам по себе.", encoding="utf-8")
    app.ingest([folder, single])
    app.paths.folders.unlink()
    (known,) = app.folders()
    assert (known.path, known.synced, known.documents) == (folder, "", 3)
    app.ingest([single])
    assert [each.path for each in app.folders()] == [folder]


def test_a_library_made_anew_knows_only_the_folders_it_was_made_of(
    app: App, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "x.txt").write_text("Другая папка с текстом.", encoding="utf-8")
    app.ingest([folder])
    app.ingest([other])
    assert [each.path.name for each in app.folders()] == ["other", "papers"]
    app.ingest([other], fresh=True)
    assert [each.path.name for each in app.folders()] == ["other"]


def test_what_is_listed_is_read_once_a_publication(
    app: App, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag.store.catalogue import Catalogue

    reads = []
    read = Catalogue.documents
    monkeypatch.setattr(Catalogue, "documents", lambda self: reads.append(1) or read(self))
    app.ingest([folder])
    reads.clear()
    assert len(app.documents()) == len(app.documents()) == 3
    assert reads == [1]
    other = App(Settings(workers=1), app.paths.home)  # as another process
    other.remove("binder.txt")
    reads.clear()
    assert len(app.documents()) == 2
    assert reads == [1]
    app.documents().clear()  # whoever asks has a list of their own
    assert len(app.documents()) == 2


def test_commands_rename_and_remove_several(rag: Any, folder: Path) -> None:
    rag("ingest", folder)
    typed = rag("mv", "планёрка.txt", "Встреча.txt", "--json").json
    assert (typed["old"], typed["new"]) == ("meetings/планёрка.txt", "Встреча.txt")
    assert rag("mv", "Встреча.txt", "binder.txt").code == 2
    assert "Встреча.txt" in rag("list").out
    assert rag("rm", "Встреча.txt", "binder.txt", "--json").json["removed"] == [
        "Встреча.txt",
        "binder.txt",
    ]
    assert rag("mv", "x", "y", "--home", folder / "none").code == 4
