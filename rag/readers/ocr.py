"""Text off the pictures of pages, by the program tesseract.

The program is called for every page, its picture in on standard input and its words out as TSV on
standard output, so that nothing is written to disk and a page that hangs ends alone. Pictures are
thresholded by Sauvola's method: on even scans it recalls the same share of words as tesseract's
own threshold (0.88 to 0.89), on photos with uneven light 0.89 where that gives 0.34. Pages that
lie on their side or head are turned, by tesseract itself.
"""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import groupby
from operator import mul
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from concurrent.futures import Future

    from PIL.Image import Image
    from pypdfium2 import PdfDocument

    from rag.readers.options import Options

#: Dots per inch that pages are drawn with; more than this recalls no more words.
DPI = 300
#: Bounds of a picture: an A3 page keeps its 300 dots per inch; a wall of a page gets fewer.
MAX_PIXELS = 25_000_000
MAX_SIDE = 20_000
_POINTS_PER_INCH = 72

#: Lines recognised with less confidence (0 to 100, by letter) are left out: of 38 such lines on
#: pages whose text was known, 32 had fewer than a third of their words right, formulas mostly.
_MIN_CONFIDENCE = 30.0

#: Light letters stand out this many times as much as dark ones (sums of squares) on a negative;
#: pages gave 0.1 to 0.3, their negatives 4 to 5.
_NEGATIVE = 2.0
#: What is compared: the picture made smaller, and its mean so many pixels around.
_REDUCED, _NEAR = 4, 10

#: A shell sets what the program inherits: one thread, and an end though its caller be killed.
_LIMITED = 'ulimit -t "$0"; OMP_THREAD_LIMIT=1 exec tesseract "$@"'
_SAUVOLA = ("-c", "thresholding_method=2")
#: Page segmentation: automatic, with or without looking which way is up.
_TURNING, _UPRIGHT = "1", "3"
_ORIENTATION = "osd"
_ASKING_SECONDS = 10.0

_LANGUAGE = re.compile(r"[a-z]{3}(?:_[A-Za-z_]+)?|script/\w+")
_LANGUAGE_NAMES = {
    "bel": "Belarusian",
    "deu": "German",
    "eng": "English",
    "fra": "French",
    "kaz": "Kazakh",
    "rus": "Russian",
    "spa": "Spanish",
    "ukr": "Ukrainian",
}
#: comes with the program itself
_BUILT_IN = "eng"

_WORD_LEVEL = "5"
_HYPHENS = "-‐\xad¬"
_BROKEN = re.compile(rf"[^\W\d_]*[^\W\d_A-ZА-ЯЁ][{_HYPHENS}]$")
_GOES_ON = re.compile(r"[^\W\d_A-ZА-ЯЁ][^\W_]*")
_HYPHENATED = re.compile(r"[^\W_]+-[^\W_]+")


Placed = tuple[int, int, float, float, float, float]


class Recognised(NamedTuple):
    """The text of one page, where its words stand, and why there is none.

    `words` are (start, end in `text`, left, top, right, bottom), the sides as shares of the page's
    width and height from its upper left corner. The halves of a word that was broken at the end of
    a line follow each other without a gap.
    """

    text: str
    words: tuple[Placed, ...]
    problem: str = ""


class Scan(NamedTuple):
    """A grey picture of a page, ready to be sent, with its resolution in dots per inch."""

    picture: bytes
    width: int
    height: int
    dpi: int


class _Word(NamedTuple):
    """A word as tesseract gives it, its sides in pixels."""

    place: tuple[int, int, int]  # block, paragraph, line
    text: str
    confidence: float
    left: int
    top: int
    right: int
    bottom: int


def available(languages: str) -> str:
    """Nothing where tesseract reads all of `languages` («rus+eng»), else a sentence: what to do."""
    wanted = languages.split("+")
    for language in wanted:
        if not _LANGUAGE.fullmatch(language):
            return (
                f"Name the languages to recognise by their codes, such as rus+eng: not {language!r}"
            )
    installed = installed_languages()
    missing = [language for language in wanted if language not in (installed or (_BUILT_IN,))]
    if installed and not missing:
        return ""
    names = " and ".join(_LANGUAGE_NAMES.get(language, language) for language in missing)
    if installed:
        what, packages = f"{names} for tesseract", []
    else:
        what, packages = f"tesseract with {names}" if names else "tesseract", ["tesseract-ocr"]
    if sys.platform == "darwin":
        needed = [*([] if installed else ["tesseract"]), *(["tesseract-lang"] if missing else [])]
        return f"Install {what}: brew install {' '.join(needed)}"
    packages += [f"tesseract-ocr-{_package(language)}" for language in missing]
    return f"Install {what}: apt-get install {' '.join(packages)}"


def _package(language: str) -> str:
    """The end of the name of a language's package: «chi-sim», «script-cyrl»."""
    script, _, name = language.rpartition("/")
    return f"script-{name[:4].lower()}" if script else language.replace("_", "-")


@cache
def installed_languages() -> frozenset[str]:
    """What tesseract on this machine can read; nothing where there is no tesseract."""
    try:
        done = subprocess.run(
            ["tesseract", "--list-langs"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=_ASKING_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    return frozenset(done.stdout.decode("utf-8", "replace").split("\n")[1:]) - {""}


def recognise(
    pdf: PdfDocument, pages: Sequence[int], options: Options
) -> Iterator[tuple[int, Recognised]]:
    """Read the text off pages (indices from 0) of a PDF, in their order; see `recognise_scans`."""
    return recognise_scans(((index, _draw(pdf, index)) for index in pages), options)


def recognise_scans(
    scans: Iterable[tuple[int, Scan | str]], options: Options
) -> Iterator[tuple[int, Recognised]]:
    """The text of every picture, in order; a string in place of a picture is why there is none.

    Pictures are taken in the calling thread, one more at a time than there are processes at work
    on them, `options.ocr_jobs`. A page that fails or takes too long gives its problem.
    """
    waiting: deque[tuple[int, Future[Recognised]]] = deque()
    with ThreadPoolExecutor(options.ocr_jobs) as threads:
        try:
            for index, scan in scans:
                waiting.append((index, threads.submit(_recognised, scan, options)))
                if len(waiting) > options.ocr_jobs:
                    done, future = waiting.popleft()
                    yield done, future.result()
            while waiting:
                done, future = waiting.popleft()
                yield done, future.result()
        finally:
            for _, future in waiting:
                future.cancel()


def scan_of(picture: Image, dpi: float) -> Scan:
    """A picture as tesseract takes it: grey, dark letters on light."""
    from PIL import ImageOps

    grey = picture.convert("L")
    if _is_negative(grey):
        grey = ImageOps.invert(grey)
    header = b"P5\n%d %d\n255\n" % grey.size
    return Scan(header + grey.tobytes(), *grey.size, max(round(dpi), 1))


def _is_negative(grey: Image) -> bool:
    """Whether what stands out from its surroundings is mostly the lighter, as on a dark slide."""
    from PIL import ImageChops, ImageFilter, ImageStat

    small = grey.reduce(_REDUCED)
    around = small.filter(ImageFilter.BoxBlur(_NEAR))
    lighter, darker = (
        ImageStat.Stat(ImageChops.subtract(*pair)).sum2[0]
        for pair in ((small, around), (around, small))
    )
    return bool(lighter > _NEGATIVE * darker)


def _draw(pdf: PdfDocument, index: int) -> Scan | str:
    """The picture of a page, or why there is none."""
    from pypdfium2 import PdfiumError

    try:
        page = pdf[index]
        try:
            scale = _scale(*page.get_size())
            bitmap = page.render(scale=scale, grayscale=True)
            scan = scan_of(bitmap.to_pil(), scale * _POINTS_PER_INCH)
            bitmap.close()
            return scan
        finally:
            page.close()
    except PdfiumError as error:
        return f"the page cannot be drawn: {error}"


def _scale(width: float, height: float) -> float:
    """Pixels for a point of a page of this size, within the bounds of a picture."""
    sides = max(width, 1.0), max(height, 1.0)
    by_area: float = (MAX_PIXELS / (sides[0] * sides[1])) ** 0.5
    return min(DPI / _POINTS_PER_INCH, by_area, MAX_SIDE / max(sides))


def _recognised(scan: Scan | str, options: Options) -> Recognised:
    if isinstance(scan, str):
        return Recognised("", (), scan)
    seconds = options.limits.ocr_page_seconds
    try:
        done = subprocess.run(
            _command(scan.dpi, options.languages, seconds),
            input=scan.picture,
            capture_output=True,
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return Recognised("", (), f"it could not be recognised within {seconds:g} seconds")
    except OSError as error:
        return Recognised("", (), f"tesseract cannot be started: {error.strerror or error}")
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        return Recognised("", (), f"tesseract failed: {said or f'exit code {done.returncode}'}")
    return _composed(_words(done.stdout.decode("utf-8", "replace")), scan.width, scan.height)


def _command(dpi: int, languages: str, seconds: float) -> list[str]:
    """The command that reads a picture; its processor time is bounded beside the caller's watch."""
    turning = _TURNING if _ORIENTATION in installed_languages() else _UPRIGHT
    return [
        *("sh", "-c", _LIMITED, str(int(seconds) + 1)),
        *("stdin", "stdout", "-l", languages, "--psm", turning, "--dpi", str(dpi)),
        *_SAUVOLA,
        "tsv",
    ]


def _words(tsv: str) -> Iterator[_Word]:
    """The words of a page; rows that are none are passed over."""
    for row in csv.DictReader(tsv.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = "".join(filter(str.isprintable, row.get("text") or "")).strip()
        if row.get("level") == _WORD_LEVEL and text:
            left, top, width, height = (int(row[k]) for k in ("left", "top", "width", "height"))
            place = (int(row["block_num"]), int(row["par_num"]), int(row["line_num"]))
            box = (left, top, left + width, top + height)
            yield _Word(place, text, float(row["conf"]), *box)


def _composed(words: Iterable[_Word], width: int, height: int) -> Recognised:
    """Lines one below the other, paragraphs parted by a blank one, broken words joined."""
    lines = [list(line) for _, line in groupby(words, key=lambda word: word.place)]
    lines = [line for line in lines if _legible(line)]
    hyphenated = {
        found.lower() for line in lines for word in line for found in _HYPHENATED.findall(word.text)
    }
    pieces: list[str] = []
    placed: list[Placed] = []
    length = 0
    last: _Word | None = None
    for word in (word for line in lines for word in line):
        if last:
            cut, separator = _between(last, word, hyphenated)
            if cut:
                pieces[-1] = pieces[-1][:-1]
                start, end, left, top, right, bottom = placed[-1]
                placed[-1] = (start, end - 1, left, top, right, bottom)
                length -= 1
            pieces.append(separator)
            length += len(separator)
        pieces.append(word.text)
        placed.append((length, length + len(word.text), *_shares(word, width, height)))
        length += len(word.text)
        last = word
    return Recognised("".join(pieces), tuple(placed))


def _legible(line: Sequence[_Word]) -> bool:
    """Whether a line is worth keeping; one without letters and digits is a rule or a stain."""
    weights = [len(word.text) for word in line]
    confidence = sum(map(mul, (word.confidence for word in line), weights)) / sum(weights)
    return confidence >= _MIN_CONFIDENCE and any(map(str.isalnum, "".join(w.text for w in line)))


def _between(last: _Word, word: _Word, hyphenated: Collection[str]) -> tuple[bool, str]:
    """Whether a hyphen goes at the end of `last`, and what stands between it and `word`."""
    if last.place == word.place:
        return False, " "
    goes_on = _GOES_ON.match(word.text)
    if last.place[0] == word.place[0] and goes_on and _BROKEN.search(last.text):
        first = re.split(r"[\W_]", last.text[:-1])[-1]
        return f"{first}-{goes_on.group()}".lower() not in hyphenated, ""
    return False, "\n" if last.place[:2] == word.place[:2] else "\n\n"


def _shares(word: _Word, width: int, height: int) -> tuple[float, float, float, float]:
    across = (min(max(side / width, 0.0), 1.0) for side in (word.left, word.right))
    down = (min(max(side / height, 0.0), 1.0) for side in (word.top, word.bottom))
    (left, right), (top, bottom) = across, down
    return round(left, 4), round(top, 4), round(right, 4), round(bottom, 4)
