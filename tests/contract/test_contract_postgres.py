"""Some of the contract with the catalogue in PostgreSQL, where many write."""

from __future__ import annotations

from pathlib import Path

import pytest
import test_contract_generations as generations
import test_contract_writing as writing
from postgres_server import Server
from store_places import LetterEmbedder, Place, Shelf

from rag.store.where import EMBEDDED, Where

pytest.importorskip("sqlalchemy")
pytest.importorskip("milvus_lite")

filled = generations.filled


@pytest.fixture(params=["embedded", "milvus server"])
def place(request: pytest.FixtureRequest) -> Place:
    """Where words and vectors are."""
    served = request.param == "milvus server"
    return Place(request.param, request.getfixturevalue("served") if served else "")


@pytest.fixture
def shelf(place: Place, postgres: Server, tmp_path: Path, request: pytest.FixtureRequest) -> Shelf:
    """A library of its own name in the database."""
    asked = Where(place.store or EMBEDDED, postgres.url("rag"))
    return Shelf(tmp_path / "home", asked, LetterEmbedder(), f"n{abs(hash(request.node.name))}")


test_added = writing.test_what_is_added_is_found_beside_what_was_there
test_replaced = writing.test_other_bytes_under_a_name_take_the_place_of_those_before
test_twice = writing.test_the_same_bytes_under_two_names_are_there_once_and_until_both_are_gone
test_embedder = writing.test_another_embedder_embeds_all_anew_also_in_other_dimensions
test_reader = generations.test_a_reader_goes_on_with_its_state_and_the_next_one_sees_the_new
test_early = generations.test_what_is_with_the_store_before_the_commit_is_seen_by_nobody
test_lost = generations.test_lost_words_and_vectors_are_made_good_by_a_writer_too
