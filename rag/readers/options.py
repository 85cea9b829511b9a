"""How files are to be read, and the bounds that reading keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

Ocr = Literal["auto", "always", "never"]


def _ignore(_: int) -> None:
    """Nobody counts the pages."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may cost; every file beyond ends as one row with the reason.

    The time allowed is `seconds`, and more for all that is done: `page_seconds` for a page with a
    text layer, `ocr_page_seconds` for one that is recognised, which also bounds the recognition of
    one page, `member_seconds` for a file inside an archive or a mail. `memory` is in bytes beyond
    what an idle reader takes. `characters` bounds the text of all documents in the file together,
    `nesting` how deep archives and mails may lie in each other, `members` how many files one of
    them may hold, `unpacked` the bytes one may unpack to, `pages` the pages of a PDF.
    """

    memory: int = 1024**3
    seconds: float = 60.0
    page_seconds: float = 0.2
    ocr_page_seconds: float = 30.0
    member_seconds: float = 1.0
    characters: int = 50_000_000
    nesting: int = 3
    members: int = 10_000
    unpacked: int = 512 * 1024**2
    pages: int = 50_000


@dataclass(frozen=True, slots=True)
class Options:
    """What a reader is told besides the bytes.

    `password` opens encrypted files. `ocr` says whether pages without a sound text layer ("auto"),
    all pages ("always") or none ("never") go through tesseract, in `languages`, at most `ocr_jobs`
    at a time. Text that nobody can see is set aside unless `keep_hidden`. `day` (ISO) is the day of
    a meeting where a person tells it, "" where the file has to. A reader calls `on_page` after
    every page, with whether it was recognised, and `on_count` before the first where it knows how
    many there are.
    """

    password: str = ""
    ocr: Ocr = "auto"
    languages: str = "rus+eng"
    ocr_jobs: int = 1
    keep_hidden: bool = False
    day: str = ""
    limits: Limits = Limits()
    on_page: Callable[[bool], None] = field(default=_ignore, compare=False)
    on_count: Callable[[int], None] = field(default=_ignore, compare=False)


#: What is read where nobody says otherwise.
DEFAULT = Options()
