"""Every error a user can meet. Each says what happened and names the next command to type.

    RagError                    1  anything that has no code of its own
    ├── UsageError              2  the command was given something it cannot use
    │   └── DocumentMissing        no document of the library goes by that name
    ├── NotAMeeting             3  minutes are asked for of a document that is no meeting
    ├── ReadError               1  one file cannot be read; ends as a row of the ingest report
    │   └── ReaderFailed           by a mistake in its reader
    ├── LibraryError            4  the library on disk cannot serve
    │   ├── LibraryMissing         there is none here
    │   ├── LibraryMismatch        made by another embedder or version
    │   ├── LibraryCorrupt         its catalogue is damaged
    │   └── LibraryBusy         1  another process is writing to it
    ├── ModelError              5  the named model cannot be had or cannot answer
    │   ├── ModelAway              its server cannot be reached, or does not answer
    │   └── DoesNotFit          6  it needs more memory, or a longer window, than there is
    └── StorageError            1  the disk is full, or the folder cannot be written
        └── StoreAway              the server that holds the library cannot be reached

The number is the exit code. Codes that are no errors: 0 answered, 3 not in the documents,
7 unsupported sentences under --strict or quotes that no longer stand, 130 interrupted.
"""

from __future__ import annotations

import re

EXIT_ANSWERED = 0
EXIT_ERROR = 1
EXIT_USAGE = 2
EXIT_NOT_IN_DOCUMENTS = 3
EXIT_LIBRARY = 4
EXIT_MODEL = 5
EXIT_DOES_NOT_FIT = 6
EXIT_UNSUPPORTED = 7
EXIT_INTERRUPTED = 130


class RagError(Exception):
    """Base of the tree. `message` says what happened, `hint` what to do next.

    `code` is the name of the error for programs, such as "library-missing": that of its class.
    """

    exit_code = EXIT_ERROR
    code = "rag-error"

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}. {self.hint}" if self.hint else self.message


class UsageError(RagError):
    """The command was given something it cannot use."""

    exit_code = EXIT_USAGE


class DocumentMissing(UsageError):
    """No document of the library goes by that name."""


class NotAMeeting(RagError):
    """Minutes are asked for of a document that is no meeting."""

    exit_code = EXIT_NOT_IN_DOCUMENTS


class ReadError(RagError):
    """One file cannot be read; `message` is the reason that goes into the report."""


class ReaderFailed(ReadError):
    """A reader met something that it should have foreseen."""


class LibraryError(RagError):
    """The library on disk cannot serve."""

    exit_code = EXIT_LIBRARY


class LibraryMissing(LibraryError):
    """There is no library here."""


class LibraryMismatch(LibraryError):
    """The library was made by another embedder or version."""


class LibraryCorrupt(LibraryError):
    """The library's catalogue is damaged."""


class LibraryBusy(LibraryError):
    """Another process is writing to the library."""

    exit_code = EXIT_ERROR


class ModelError(RagError):
    """The named model cannot be had or cannot answer."""

    exit_code = EXIT_MODEL


class ModelAway(ModelError):
    """The model's server cannot be reached, or does not answer: it may come back by itself.

    `wait` are the seconds after which it is to be asked again; 0 where nobody says.
    """

    def __init__(self, message: str, hint: str = "", wait: float = 0.0) -> None:
        super().__init__(message, hint)
        self.wait = wait


class DoesNotFit(ModelError):
    """The model needs more memory, or a longer window, than there is."""

    exit_code = EXIT_DOES_NOT_FIT


class StorageError(RagError):
    """The disk is full, or the folder cannot be written."""


class StoreAway(StorageError):
    """The server that holds the library cannot be reached: it may come back by itself."""


class Stopped(Exception):
    """No error: nobody waits for the answer any more. `text` is what was written of it before.

    Whatever hears a model's words or the steps of an answer may raise it, and so ends the model.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__("The answer was stopped")
        self.text = text
