"""A tokenizer that a person names for a model whose own is out of reach."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ModelError
from rag.models.encoding import TOKENS_PER_MESSAGE, Encoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types import Message


class NamedTokenizer:
    """Counts with a tokenizer of a local folder, and its chat template where it has one.

    Not `exact`: nobody can tell from here that the server's is the same.
    """

    exact = False

    def __init__(self, folder: str) -> None:
        """Raises ModelError where the folder holds no tokenizer."""
        from transformers import AutoTokenizer

        path = Path(folder).expanduser()
        if not path.is_dir():
            raise ModelError(
                f"There is no folder {path} with a tokenizer",
                "Name with --tokenizer the folder that holds tokenizer.json",
            )
        try:
            tokenizer = AutoTokenizer.from_pretrained(
                str(path), local_files_only=True, trust_remote_code=False
            )
        except Exception as error:
            raise ModelError(
                f"{path} holds no tokenizer that can be read",
                "Put tokenizer.json and tokenizer_config.json of the model there",
            ) from error
        self.name = f"named tokenizer: {path.name}"
        self._encoder = Encoder(tokenizer, path.name)
        self._bare = not tokenizer.chat_template

    def count(self, messages: Sequence[Message]) -> int:
        """Tokens of the messages; where no template tells it, with what one usually adds."""
        added = TOKENS_PER_MESSAGE * (len(messages) + 1) if self._bare else 0
        return self._encoder.count(messages) + added

    def count_text(self, text: str) -> int:
        """Tokens of the text alone."""
        return self._encoder.count_text(text)
