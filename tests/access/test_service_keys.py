"""Keys of the service: how they are written, where they are kept, which of them count."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.access import keyfile
from rag.access.clients import Client, visible
from rag.access.keyfile import FILE_NAME
from rag.access.keys import Key, Written, _check, id_in, new_text
from rag.access.ring import Ring
from rag.errors import LibraryError, LibraryMissing, StorageError, UsageError
from rag.store import collections
from rag.store.place import LibraryPaths

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


@dataclass
class Clock:
    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def test_a_key_is_read_back_and_two_are_never_the_same() -> None:
    texts = {new_text() for _ in range(200)}
    assert len(texts) == 200
    for text in texts:
        written = Written.of(text)
        assert written is not None
        assert text.startswith(f"rag-{written.id}-")
        assert len(text) == len("rag-") + 8 + 1 + 38
        assert written.digest not in text.encode()


@given(st.integers(13, 50), st.sampled_from(ALPHABET))
def test_a_slip_of_one_letter_is_told_without_a_look_at_any_file(place: int, letter: str) -> None:
    text = "rag-vfw9jjhy-3xtfrt9k6rfmegagbjxzdanwkdbrsp43wddj5w"
    slip = text[:place] + letter + text[place + 1 :]
    assert (Written.of(slip) is not None) == (slip == text)
    assert Written.of(text[:place]) is None


@given(st.text())
def test_no_other_text_is_a_key(text: str) -> None:
    assert Written.of(text) is None
    assert Written.of(f"rag-{text}") is None


def test_two_letters_that_changed_places_are_told() -> None:
    text = new_text()
    swaps = [text[:n] + text[n + 1] + text[n] + text[n + 2 :] for n in range(13, 50)]
    assert all(Written.of(swap) is None for swap in swaps if swap != text)


def test_a_key_opens_what_it_is_for() -> None:
    work = Key("a", "anna", frozenset({"work"}), "write")
    assert work.may("read", "work")
    assert work.may("write", "work")
    assert not work.may("read", "home")
    reads = Key("b", "boris")
    assert reads.may("read", "anything")
    assert not reads.may("write", "anything")
    assert not Key("c", "c", frozenset()).may("read", "work")
    assert visible(Client("anna", work), ["home", "work"]) == ["work"]
    assert visible(Client("127.0.0.1"), ["home", "work"]) == ["home", "work"]
    assert not Client("anna", work).may_all("read")
    assert Client("boris", reads).may_all("read")
    assert not Client("boris", reads).may_all("write")
    assert Client("127.0.0.1").may_all("write")


def test_what_is_kept_is_not_the_key(tmp_path: Path) -> None:
    kept, text = keyfile.add(tmp_path, "Анна", ["работа", "work"], "write")
    path = tmp_path / FILE_NAME
    secret = text.split("-")[2]
    for file in tmp_path.iterdir():
        assert secret.encode() not in file.read_bytes()
    assert secret not in repr(kept) + repr(keyfile.read(tmp_path))
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.key for each in keyfile.read(tmp_path).keys] == [kept.key]
    assert kept.key.collections == {"работа", "work"}


@pytest.mark.parametrize("name", ["", " anna", "a\nb", "a\x1b[2J", "x" * 65, "\u202eanna"])
def test_a_name_that_would_upset_a_log_is_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        keyfile.add(tmp_path, name, None, "read")
    assert not (tmp_path / FILE_NAME).exists()


def test_a_key_for_nothing_or_of_a_name_that_is_taken_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        keyfile.add(tmp_path, "anna", [], "read")
    keyfile.add(tmp_path, "anna", None, "read")
    with pytest.raises(UsageError, match="called anna"):
        keyfile.add(tmp_path, "anna", None, "read")
    with pytest.raises(LibraryMissing):
        keyfile.add(tmp_path / "nothing", "anna", None, "read")
    assert not (tmp_path / "nothing").exists()


def test_a_key_is_revoked_by_id_name_or_text_and_no_secret_is_said_back(tmp_path: Path) -> None:
    for by in (0, 1, 2):
        kept, text = keyfile.add(tmp_path, "anna", None, "read")
        other, _ = keyfile.add(tmp_path, "boris", None, "read")
        given = (kept.key.id, "anna", text)[by]
        assert keyfile.revoke(tmp_path, given).key == kept.key
        assert [each.key for each in keyfile.read(tmp_path).keys] == [other.key]
        with pytest.raises(UsageError) as error:
            keyfile.revoke(tmp_path, text)
        assert text[13:] not in str(error.value)
        keyfile.revoke(tmp_path, "boris")
    kept, _ = keyfile.add(tmp_path, "anna", None, "read")
    keyfile.add(tmp_path, kept.key.id, None, "read")
    with pytest.raises(UsageError, match="the name of another"):
        keyfile.revoke(tmp_path, kept.key.id)
    assert id_in("rag-vfw9jjhy-cut") == "vfw9jjhy"
    assert id_in("anna") is None


DAMAGED = [
    "",
    "{",
    "null",
    "[]",
    '{"version": 1}',
    '{"version": 2, "keys": []}',
    '{"version": 1, "keys": [{}]}',
    '{"version": 1, "keys": {"a": 1}}',
]


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_file_is_an_error_and_never_one_without_keys(tmp_path: Path, text: str) -> None:
    _, key = keyfile.add(tmp_path, "anna", None, "read")
    ring = Ring(tmp_path)
    assert isinstance(ring.find(key), Key)
    (tmp_path / FILE_NAME).write_text(text, encoding="utf-8")
    for attempt in (
        lambda: keyfile.read(tmp_path),
        lambda: keyfile.add(tmp_path, "boris", None, "read"),
        lambda: keyfile.revoke(tmp_path, "anna"),
        lambda: keyfile.forget_collection(tmp_path, "work"),
        lambda: ring.find(key),
        lambda: ring.find(key),
        lambda: Ring(tmp_path).made(),
    ):
        with pytest.raises(LibraryError, match="cannot be read"):
            attempt()
    assert (tmp_path / FILE_NAME).read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("right", "all"), ("collections", []), ("collections", "work"), ("collections", [1])),
        *(("sha256", "00"), ("sha256", 1), ("id", None), ("name", 7)),
        *(("created", "yesterday"), ("expires", "2030-01-01T00:00:00"), ("expires", 3)),
    ],
)
def test_a_key_that_says_what_none_would_is_damage(
    tmp_path: Path, field: str, value: object
) -> None:
    keyfile.add(tmp_path, "anna", None, "read")
    path = tmp_path / FILE_NAME
    found = json.loads(path.read_text(encoding="utf-8"))
    found["keys"][0][field] = value
    path.write_text(json.dumps(found), encoding="utf-8")
    with pytest.raises(LibraryError, match="damaged"):
        keyfile.read(tmp_path)


def test_a_file_that_others_may_write_is_not_believed(tmp_path: Path) -> None:
    _, text = keyfile.add(tmp_path, "anna", None, "read")
    ring = Ring(tmp_path)
    path = tmp_path / FILE_NAME
    for mode in (0o620, 0o602):
        path.chmod(mode)
        with pytest.raises(LibraryError, match="chmod 600"):
            ring.find(text)
    path.chmod(0o644)  # hashes of such secrets may be read by anybody
    assert isinstance(ring.find(text), Key)


@pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")
def test_what_is_no_file_of_keys_is_an_error_and_never_one_without_keys(tmp_path: Path) -> None:
    path, ring = tmp_path / FILE_NAME, Ring(tmp_path)
    assert not ring.made()
    path.symlink_to(tmp_path / "elsewhere.json")  # a disk that is not there yet, say
    for _ in range(2):
        with pytest.raises(LibraryError, match="a link to nothing"):
            ring.made()
    path.unlink()
    os.mkfifo(path)  # to wait for who writes into it would be to wait for ever
    with pytest.raises(LibraryError, match="it is no file"):
        ring.made()
    path.unlink()
    made = tmp_path / "elsewhere"
    made.mkdir()
    _, text = keyfile.add(made, "anna", None, "read")
    path.symlink_to(made / FILE_NAME)
    assert isinstance(ring.find(text), Key)


def test_the_ring_heeds_every_change_of_the_file(tmp_path: Path) -> None:
    ring = Ring(tmp_path)
    assert not ring.made()
    _, anna = keyfile.add(tmp_path, "anna", None, "read")
    assert ring.made()
    _, boris = keyfile.add(tmp_path, "boris", ["work"], "read")
    assert isinstance(ring.find(anna), Key)
    keyfile.revoke(tmp_path, "anna")
    assert ring.find(anna) == "unknown"
    found = ring.find(boris)
    assert isinstance(found, Key)
    assert found.collections == {"work"}
    assert ring.find(anna[:-1]) == "mistyped"
    assert ring.find(new_text()) == "unknown"
    (tmp_path / FILE_NAME).unlink()
    assert ring.find(boris) == "unknown"
    assert ring.made()  # what was closed once is not opened by a file that is gone


def test_a_file_that_is_put_back_in_place_counts_at_once(tmp_path: Path) -> None:
    _, text = keyfile.add(tmp_path, "anna", None, "read")
    path, before = tmp_path / FILE_NAME, (tmp_path / FILE_NAME).read_bytes()
    ring = Ring(tmp_path)
    keyfile.revoke(tmp_path, "anna")
    assert ring.find(text) == "unknown"
    aside = tmp_path / "aside"
    aside.write_bytes(before)
    os.replace(aside, path)
    assert isinstance(ring.find(text), Key)


def test_a_wrong_secret_of_a_known_id_is_unknown(tmp_path: Path) -> None:
    kept, _ = keyfile.add(tmp_path, "anna", None, "read")
    bare = f"rag-{kept.key.id}-{'0' * 32}"
    forged = bare + _check(bare)  # whoever saw a list of keys can write this much
    assert Written.of(forged) is not None
    assert Ring(tmp_path).find(forged) == "unknown"


def test_a_key_ends_when_it_is_said_to(tmp_path: Path) -> None:
    clock = Clock()
    ends = datetime.fromtimestamp(clock.now, UTC) + timedelta(days=90)
    _, text = keyfile.add(tmp_path, "anna", None, "read", ends)
    ring = Ring(tmp_path, clock)
    clock.now += 90 * 86_400 - 1
    assert isinstance(ring.find(text), Key)
    clock.now += 1
    assert ring.find(text) == "expired"


def test_the_last_use_is_noted_once_an_hour_and_goes_with_the_key(tmp_path: Path) -> None:
    clock = Clock()
    kept, text = keyfile.add(tmp_path, "anna", None, "read")
    ring = Ring(tmp_path, clock)
    assert keyfile.last_use(tmp_path, kept.key) is None
    ring.find(text)
    note = tmp_path / "+keys.used" / kept.key.id
    os.utime(note, (1000, 1000))
    state = keyfile.state_of(tmp_path)
    for _ in range(5):
        clock.now += 600
        ring.find(text)
    assert note.stat().st_mtime == 1000
    clock.now += 600
    ring.find(text)
    assert note.stat().st_mtime > 1000
    assert keyfile.last_use(tmp_path, kept.key) is not None
    assert keyfile.state_of(tmp_path) == state  # no process reads the keys anew for that
    keyfile.revoke(tmp_path, "anna")
    assert not note.exists()


def test_a_disk_that_takes_no_note_refuses_nobody(tmp_path: Path) -> None:
    _, text = keyfile.add(tmp_path, "anna", None, "read")
    (tmp_path / "+keys.used").write_text("a file where a folder should be", encoding="utf-8")
    assert isinstance(Ring(tmp_path).find(text), Key)


def test_processes_that_add_at_once_lose_nothing(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from rag.access import keyfile\n"
        "for n in range(8): keyfile.add(Path(sys.argv[1]), f'{sys.argv[2]}{n}', None, 'read')"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path), who])
        for who in ("anna", "boris")
    ]
    assert [process.wait(60) for process in running] == [0, 0]
    names = {kept.key.name for kept in keyfile.read(tmp_path).keys}
    assert names == {f"{who}{n}" for who in ("anna", "boris") for n in range(8)}
    assert not list(tmp_path.glob("*~*"))


def test_a_process_that_is_killed_as_it_writes_leaves_keys_that_can_be_read(
    tmp_path: Path,
) -> None:
    program = (
        "import sys, itertools; from pathlib import Path; from rag.access import keyfile\n"
        "for n in itertools.count():\n"
        "    keyfile.add(Path(sys.argv[1]), f'{sys.argv[2]}{n}', None, 'read')\n"
        "    print(n, flush=True)"
    )
    said = 0
    for who in ("anna", "boris", "clara"):
        arguments = [sys.executable, "-c", program, str(tmp_path), who]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE) as writing:
            assert writing.stdout is not None
            said += sum(1 for _ in zip(range(5), writing.stdout, strict=False))
            writing.kill()
        assert len(keyfile.read(tmp_path).keys) >= said
    keyfile.add(tmp_path, "dora", None, "read")
    assert {path.name for path in tmp_path.iterdir()} == {FILE_NAME, "+keys.lock"}


def test_a_disk_that_is_full_leaves_the_keys_there_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyfile.add(tmp_path, "anna", None, "read")
    before = keyfile.read(tmp_path)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for attempt in (
        lambda: keyfile.add(tmp_path, "boris", None, "read"),
        lambda: keyfile.revoke(tmp_path, "anna"),
    ):
        with pytest.raises(StorageError, match="No space left"):
            attempt()
    assert keyfile.read(tmp_path) == before
    assert not list(tmp_path.glob("*~"))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="takes an administrator")
def test_what_the_administrator_makes_belongs_to_whom_the_library_does(tmp_path: Path) -> None:
    os.chown(tmp_path, 4711, 4711)
    keyfile.add(tmp_path, "anna", None, "read")
    owners = {path.name: path.stat().st_uid for path in tmp_path.iterdir()}
    assert owners == {FILE_NAME: 4711, "+keys.lock": 4711}


def opened(home: Path) -> dict[str, list[str] | None]:
    return {
        kept.key.name: None if kept.key.collections is None else sorted(kept.key.collections)
        for kept in keyfile.read(home).keys
    }


def test_keys_follow_a_collection_and_end_with_it(tmp_path: Path) -> None:
    for name in ("work", "home"):
        collections.create(tmp_path, name)
    keyfile.add(tmp_path, "one", ["work"], "read")
    keyfile.add(tmp_path, "both", ["work", "home"], "write")
    keyfile.add(tmp_path, "all", None, "read")
    collections.rename(tmp_path, "work", "office")
    assert opened(tmp_path) == {"one": ["office"], "both": ["home", "office"], "all": None}
    collections.delete(tmp_path, "office")
    assert opened(tmp_path) == {"both": ["home"], "all": None}
    collections.create(tmp_path, "office")
    collections.create(tmp_path, "work")
    assert opened(tmp_path) == {"both": ["home"], "all": None}


def test_a_collection_removed_by_hand_leaves_no_key_to_a_new_one(tmp_path: Path) -> None:
    for name in ("work", "home", "attic"):
        collections.create(tmp_path, name)
    keyfile.add(tmp_path, "one", ["work"], "read")
    keyfile.add(tmp_path, "other", ["attic", "home"], "read")
    for name in ("work", "attic"):
        LibraryPaths(tmp_path, name).folders.unlink()
    collections.create(tmp_path, "work")
    collections.rename(tmp_path, "home", "attic")
    assert opened(tmp_path) == {"other": ["attic"]}


def test_a_move_that_was_killed_takes_its_keys_along_when_it_is_finished(tmp_path: Path) -> None:
    from rag.store import place

    for name in ("work", "old"):
        collections.create(tmp_path, name)
        keyfile.add(tmp_path, f"of {name}", [name], "read")
    LibraryPaths(tmp_path, "work").moving.write_text("office", encoding="utf-8")
    LibraryPaths(tmp_path, "old").moving.write_text("old~gone", encoding="utf-8")
    place.finish_moves(tmp_path)
    assert opened(tmp_path) == {"of work": ["office"]}
    assert place.collections(tmp_path) == ["office"]


def test_with_damaged_keys_no_collection_is_moved_and_nothing_is_begun(tmp_path: Path) -> None:
    collections.create(tmp_path, "work")
    (tmp_path / FILE_NAME).write_text("{", encoding="utf-8")
    for attempt in (
        lambda: collections.rename(tmp_path, "work", "office"),
        lambda: collections.delete(tmp_path, "work"),
        lambda: collections.create(tmp_path, "other"),
    ):
        with pytest.raises(LibraryError, match="cannot be read"):
            attempt()
    assert [each.name for each in collections.collections(tmp_path)] == ["work"]
    assert not list(tmp_path.glob("*~moving"))
