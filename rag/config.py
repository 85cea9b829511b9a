"""Settings: a flag over the environment (`RAG_*`) over `rag.toml` over the default.

The only module that reads the environment. An unknown key is an error, wherever it stands.
`rag.toml` is looked for in the working folder and above it, then in the user's own configuration
folder; the paths in it count from where it lies.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_type_hints

from rag import tomlfile
from rag.allowed import CHOICES, RANGES
from rag.embed.options import EncoderOptions
from rag.errors import UsageError
from rag.readers.options import Limits, Options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rag.readers.options import Ocr

LIBRARY_NAME = ".rag"
JOBS_NAME = "jobs"
_PREFIX = "RAG_"
#: Secrets and no settings: they are shown by nothing, and no file of settings may hold them.
_PASSWORD = "RAG_UI_PASSWORD"
_STORE_TOKEN = "RAG_STORE_TOKEN"
#: What tells that whoever types is elsewhere, or is no person.
_ELSEWHERE = ("CI", "SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")
_MEBIBYTE = 1024**2
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}
_NO_PROMPT = "none"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. An empty string means "not set"."""

    home: str = ""  # folder of the library; found by walking up when not set
    collection: str = "default"
    store: str = ""  # of a new library's words and vectors: "embedded" or milvus:URI
    catalogue: str = ""  # of a new library: "embedded" or postgresql://USER@HOST/DATABASE
    embedder: str = ""  # "hashed" or a sentence-transformers model; the library's own when not set
    query_prompt: str = ""  # before a question that is embedded; the model's own when not set
    document_prompt: str = ""  # before a passage that is embedded; "none" is none
    dimension: int = 0  # floats of a vector, its first ones; all when 0
    reranker: str = ""  # a cross-encoder that orders the best passages anew; none when not set
    nli: str = ""  # a cross-encoder that judges whether a sentence follows; none when not set
    dtype: str = "auto"  # numbers of models in this process: auto, float32, bfloat16, float16
    device: str = "auto"  # of models in this process: auto, cpu, cuda, cuda:1, all, mps
    backend: str = "torch"  # what runs embedder and reranker: torch, onnx, openvino
    trust_remote_code: bool = False  # run code that an embedder or a reranker brings along
    models_folder: str = ""  # where models lie, a folder each; named there without a path
    jobs_folder: str = ""  # templates of jobs; a folder "jobs" beside rag.toml when not set
    hub: str = ""  # address that rag models pull fetches from, when not huggingface.co
    model: str = ""  # "transformers:FOLDER", "openai:NAME", "PROVIDER:NAME"; none when not set
    base_url: str = ""  # address of an OpenAI-compatible server
    server_seconds: float = 600.0  # how long a server may be silent
    tokenizer: str = ""  # folder of a tokenizer, for a server that does not count tokens
    window: int = 0  # tokens of the model's window; what the model says when 0
    max_tokens: int = 512  # longest answer of a model
    quantize: str = "none"  # weights of a model in this process made smaller: none, int8, 4bit
    temperature: float = 0.0
    top_p: float = 1.0  # draw from the likeliest tokens that make up this share, above 0 degrees
    repetition_penalty: float = 1.0  # above 1 a model repeats less, also of what it read
    seed: int = 0  # of drawing, above 0 degrees
    stop: str = ""  # strings that end a model's answer, with | between them; \n is a new line
    passages: int = 8  # passages retrieved for a question
    me: str = ""  # who asks, for "what do I owe" and rag promises --to me
    history: bool = True  # keep questions and answers beside the library, for rag logs and ask -c
    workers: int = 0  # processes that read files; as many as processors, at most 4, when 0
    engine: str = "local"  # what reads files for rag ingest: local, ray, ray:auto or ray:HOST:PORT
    max_upload_mb: int = 200  # the largest file that the page and the service take
    serve_body_kb: int = 1024  # the largest request that is no file
    serve_connections: int = 512  # of clients at once, to one process
    serve_rate: int = 600  # requests a minute that each client may make; any number when 0
    serve_question: int = 20_000  # characters of a question that comes from a client
    serve_answers: int = 0  # answers that are worked at once; as many as processors when 0
    serve_queue: int = 64  # requests of each kind that wait; more are told to come again
    serve_wait_seconds: float = 10.0  # how long a change waits while the library is written to
    serve_upload_files: int = 200  # files that one request may bring
    serve_jobs: int = 1_000  # jobs of a collection that have not ended
    serve_jobs_kept: int = 1_000  # jobs of a collection that have, and are told of
    serve_jobs_days: float = 7.0  # how long they are
    serve_receive_seconds: float = 30.0  # how long a client may be silent while it sends
    serve_drain_seconds: float = 30.0  # how long requests may go on when the service is to end
    serve_log_texts: bool = False  # write questions and errors whole into the log; else no text is
    serve_traces: str = ""  # where traces go, such as http://127.0.0.1:4318; nowhere when not set
    people: str = ""  # who may sign in to the page with OpenID Connect: a@example.org, @example.org
    offline: bool = False  # refuse a model that is not on this machine
    ocr: str = "auto"  # recognise pages without a sound text layer: auto, always, never
    languages: str = "rus+eng"  # of recognition, as tesseract names them
    keep_hidden: bool = False  # let text that nobody can see into chunks
    read_memory_mb: int = 1024  # what reading one file may cost, from here on
    read_seconds: float = 60.0
    read_page_seconds: float = 0.2  # more for every page that is done
    read_ocr_page_seconds: float = 30.0  # more for one that is recognised; the longest one may take
    read_member_seconds: float = 1.0  # more for every file inside an archive or a mail
    read_characters: int = 50_000_000
    read_nesting: int = 3  # how deep archives and mails may lie in each other
    read_members: int = 10_000  # files in one of them
    read_unpacked_mb: int = 512  # what one of them may unpack to
    read_pages: int = 50_000


@dataclass(frozen=True, slots=True)
class Configured:
    """Settings and where each came from: "flag", a variable, a file, or "default"."""

    settings: Settings
    origins: dict[str, str]


def load(
    flags: Mapping[str, Any], *, cwd: Path | None = None, environ: Mapping[str, str] | None = None
) -> Configured:
    """Settle every setting. `flags` holds what was given on the command line; None is not given.

    Raises UsageError for an unknown key, a value of the wrong kind or out of its range, or a file
    that is no TOML.
    """
    environ = os.environ if environ is None else environ
    settings = Settings()
    origins = dict.fromkeys((f.name for f in fields(Settings)), "default")
    path = tomlfile.find(cwd or Path.cwd())
    layers: list[tuple[str, Mapping[str, Any]]] = []
    if path is not None:
        layers.append((str(path), tomlfile.read(path)))
    for name, value in _from_environment(environ).items():
        layers.append((_PREFIX + name.upper(), {name: value}))
    layers.append(("flag", {name: value for name, value in flags.items() if value is not None}))
    for origin, values in layers:
        for name, value in values.items():
            settled = checked(name, _value(name, value, origin), origin)
            settings = replace(settings, **{name: settled})
            origins[name] = origin
    return Configured(settings, origins)


@dataclass(frozen=True, slots=True)
class Saved:
    """The file that settings were written into.

    `overridden` names those that the file cannot change here, and what counts before it.
    """

    file: Path
    overridden: dict[str, str]


def save(
    changes: Mapping[str, Any],
    *,
    cwd: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Saved:
    """Write settings into the rag.toml that counts, or a new one; None takes a setting out of it.

    Comments, order and layout of the file stay, and all of it or nothing is written.

    Raises:
        UsageError: As `load`, for a change or for anything else in the file.
        StorageError: The file cannot be written.
    """
    cwd = (cwd or Path.cwd()).absolute()
    file = file_to_write(cwd, environ)
    values = {name: _given(name, value) for name, value in changes.items()}
    written = tomlfile.written(values, file.parent, cwd)

    def check(text: str) -> None:
        for name, value in tomlfile.parsed(text, file).items():
            checked(name, _value(name, value, str(file)), str(file))

    tomlfile.change(file, written, check)
    first = _from_environment(os.environ if environ is None else environ)
    return Saved(file, {name: _PREFIX + name.upper() for name in values if name in first})


def file_to_write(cwd: Path | None = None, environ: Mapping[str, str] | None = None) -> Path:
    """The rag.toml that settings are saved in: the one that counts, if there is one.

    Else a new one beside the library, where it counts for all folders below; and in the working
    folder if the library lies elsewhere, since beside that one it would not be found.
    """
    cwd = (cwd or Path.cwd()).absolute()
    if (found := tomlfile.find(cwd)) is not None:
        return found
    beside = library_home(load({}, cwd=cwd, environ=environ).settings, cwd).parent
    return (beside if cwd.is_relative_to(beside) else cwd) / tomlfile.FILE_NAME


def reading(settings: Settings, password: str = "", day: str = "") -> Options:
    """How files are read, and the bounds that reading keeps."""
    return Options(
        password=password,
        ocr=cast("Ocr", settings.ocr),
        languages=settings.languages,
        ocr_jobs=os.cpu_count() or 1,
        keep_hidden=settings.keep_hidden,
        day=day,
        limits=Limits(
            memory=settings.read_memory_mb * _MEBIBYTE,
            seconds=settings.read_seconds,
            page_seconds=settings.read_page_seconds,
            ocr_page_seconds=settings.read_ocr_page_seconds,
            member_seconds=settings.read_member_seconds,
            characters=settings.read_characters,
            nesting=settings.read_nesting,
            members=settings.read_members,
            unpacked=settings.read_unpacked_mb * _MEBIBYTE,
            pages=settings.read_pages,
        ),
    )


def stops(settings: Settings) -> tuple[str, ...]:
    """The strings that end a model's answer."""
    text = settings.stop.replace("\\n", "\n").replace("\\t", "\t")
    return tuple(each for each in text.split("|") if each)


def encoding(settings: Settings) -> EncoderOptions:
    """How embedder and reranker are loaded."""
    return EncoderOptions(
        query_prompt=_prompt(settings.query_prompt),
        document_prompt=_prompt(settings.document_prompt),
        dimension=settings.dimension,
        dtype=settings.dtype,
        device=settings.device,
        backend=settings.backend,
        trust_remote_code=settings.trust_remote_code,
        models_folder=settings.models_folder,
    )


def _prompt(value: str) -> str | None:
    return {"": None, _NO_PROMPT: ""}.get(value, value)


def library_home(settings: Settings, cwd: Path | None = None) -> Path:
    """The folder of the library: as set, or `.rag` here or above, or `.rag` here to be made."""
    if settings.home:
        return Path(settings.home).expanduser().absolute()
    here = (cwd or Path.cwd()).absolute()
    for folder in (here, *here.parents):
        if (folder / LIBRARY_NAME).is_dir():
            return folder / LIBRARY_NAME
    return here / LIBRARY_NAME


def cache_folder() -> Path:
    """Where what can be made again is kept for this user."""
    from platformdirs import user_cache_path

    return user_cache_path("rag")


def jobs_folders(settings: Settings) -> tuple[Path, ...]:
    """Where a person's own templates of jobs lie, the first one to count most.

    The folder that is set, else "jobs" beside the rag.toml that counts; then the user's own.
    """
    from platformdirs import user_config_path

    own = user_config_path("rag") / JOBS_NAME
    if settings.jobs_folder:
        return (Path(settings.jobs_folder).expanduser().absolute(), own)
    file = tomlfile.find(Path.cwd())
    beside = file.parent / JOBS_NAME if file else own
    return tuple(dict.fromkeys((beside, own)))


def page_password() -> str:
    """The password of the page from RAG_UI_PASSWORD; "" where there is none."""
    return variable(_PASSWORD)


def store_token() -> str:
    """What opens Milvus, a token or USER:PASSWORD, from RAG_STORE_TOKEN; "" where it is not set."""
    return variable(_STORE_TOKEN)


def variable(name: str) -> str:
    """A variable that other programs have named, such as NOTIFY_SOCKET; "" where it is not set."""
    return os.environ.get(name, "")


def variables(**changed: str | None) -> dict[str, str]:
    """Variables for a child process: those of this one, these changed, those of None left out."""
    found: dict[str, str | None] = {**os.environ, **changed}
    return {name: value for name, value in found.items() if value is not None}


def preset(**values: str) -> None:
    """Set variables that a library reads in this process, but those that somebody has set."""
    for name, value in values.items():
        os.environ.setdefault(name, value)


def has_browser(environ: Mapping[str, str] | None = None) -> bool:
    """Whether a browser that is opened here would be seen by whoever typed the command."""
    environ = os.environ if environ is None else environ
    if any(environ.get(name) for name in _ELSEWHERE):
        return False
    desktop = sys.platform in {"darwin", "win32"}
    return desktop or any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def checked(name: str, value: Any, origin: str) -> Any:
    """The value of a setting, within its range. Raises UsageError outside of it."""
    if value not in CHOICES.get(name, (value,)):
        raise UsageError(
            f"The setting {name} ({origin}) is one of {', '.join(CHOICES[name])}, not {value}",
            "See what is set, and where: rag config show --origin",
        )
    if name not in RANGES:
        return value
    low, high = RANGES[name]
    if low <= value <= high:  # never true of NaN
        return value
    given = _flag(name) if origin == "flag" else origin
    raise UsageError(
        f"The setting {name} ({given}) takes a number from {low} to {high}, not {value}",
        "See what is set, and where: rag config show --origin",
    )


def _given(name: str, value: Any) -> Any:
    """The value of a setting that a person gives; None stands for its default."""
    if value is None and name in Settings.__dataclass_fields__:
        return None
    return checked(name, _value(name, value, "given"), "given")


def _flag(name: str) -> str:
    return "-k" if name == "passages" else "--" + name.replace("_", "-")


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    secrets = (_PASSWORD, _STORE_TOKEN)
    found = {k: v for k, v in environ.items() if k.startswith(_PREFIX) and k not in secrets}
    return {name.removeprefix(_PREFIX).lower(): value for name, value in found.items()}


def _value(name: str, value: Any, origin: str) -> Any:
    """The value as the setting's type. Raises UsageError where it is none."""
    kinds = get_type_hints(Settings)
    if name not in kinds:
        raise UsageError(
            f"There is no setting {name!r} ({origin})", "See what can be set: rag config show"
        )
    kind: type = kinds[name]
    if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
        return value
    try:
        if kind is bool and isinstance(value, str) and value.lower() in _TRUE | _FALSE:
            return value.lower() in _TRUE
        if kind is not bool and isinstance(value, (str, int)) and not isinstance(value, bool):
            return kind(value)
    except ValueError:
        pass
    raise UsageError(
        f"The setting {name} ({origin}) takes a {kind.__name__}, not {value!r}",
        "See what can be set: rag config show",
    )
