"""A server of Milvus or PostgreSQL that is away, as clients of the service are told of it."""

from __future__ import annotations

from rag.errors import StorageError, StoreAway
from rag.service.problems import problem


def test_a_store_that_is_away_may_come_back_and_its_address_is_not_told() -> None:
    told = problem(StoreAway("The database at postgresql://rag@db.inside/rag is away (10.0.0.9)"))
    assert (told["status"], told["code"]) == (503, "store-away")
    assert "inside" not in str(told)
    assert "10.0.0.9" not in str(told)
    assert told["hint"]


def test_a_full_disk_does_not() -> None:
    assert problem(StorageError("The disk is full"))["status"] == 507
