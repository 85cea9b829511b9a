"""What brings documents into a library, takes them out, and looks it over."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from rag import config
from rag.app.showing import Showing, the_one
from rag.errors import LibraryMissing, RagError
from rag.index import Writer
from rag.plan import UNNAMED
from rag.report import Skipped, Tally
from rag.store.opening import open_catalogue
from rag.store.queries import FORMER_NAMES
from rag.store.received import Received
from rag.store.replacing import replacing
from rag.store.where import Where, wanted, where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rag.doctor import Check
    from rag.plan import Engine, Reading
    from rag.report import Progress, Report
    from rag.store.rows import FileRow


def _ignore(_: object) -> None:
    """Nobody watches."""


class Keeping(Showing):
    """A library that can be filled and mended."""

    def ingest(
        self,
        sources: Sequence[Path],
        *,
        sync: bool = False,
        fresh: bool = False,
        reread: bool = False,
        password: str = "",
        leave_out: Sequence[Path] = (),
        names: Mapping[Path, str] = UNNAMED,
        reading: Reading | None = None,
        spread: bool = False,
        on_progress: Callable[[Progress], None] = _ignore,
    ) -> Report:
        """Bring files into the library; see `rag.ingest.ingest`.

        With `spread` the engine that is set reads them, such as Ray; else this machine alone does.

        With `fresh` a new library takes the place of the old one, when it is whole. `password`
        opens files that are encrypted. Files that were sent in keep the names they came with;
        `names` gives others theirs.
        """
        from rag.ingest import ingest

        with replacing(self.paths) if fresh else nullcontext(self.paths) as target:
            report = ingest(
                sources,
                target,
                self.embedder,
                options=config.reading(self.settings, password),
                sync=sync,
                reread=reread,
                leave_out=leave_out,
                names=names or Received(self.paths.uploads).names(),
                reading=reading,
                engine=self._engine() if spread else None,
                workers=self.settings.workers,
                asked=self._asked(anew=fresh),
                on_progress=on_progress,
            )
        if report.changed or report.removed:
            self._forget_replies()
        if report.added or not fresh:  # a new library that came to nothing is dropped
            self._note_folders(sources, anew=fresh)
        return report

    def _engine(self) -> Engine | None:
        from rag.cluster.engines import engine_of

        options = config.encoding(self.settings)
        return engine_of(self.settings.engine, self.embedder, options, self.settings.workers)

    def _asked(self, *, anew: bool) -> Where:
        """Where a library's parts are to be: as set, else where those of the one before are."""
        asked = wanted(self.settings.store, self.settings.catalogue)
        if not anew:
            return asked
        before = where(self.paths)
        return Where(asked.store or before.store, asked.catalogue or before.catalogue)

    def _note_folders(self, sources: Sequence[Path], *, anew: bool) -> None:
        """Note when the library was last brought up to date with folders."""
        resolved = [source.expanduser().resolve() for source in sources]
        folders = [source for source in resolved if source.is_dir()]
        if folders or anew:
            from rag.store.folders import note_folders

            note_folders(self.paths, folders, self.files, anew=anew)

    def forget_folder(self, folder: Path) -> None:
        """Watch a folder no longer; its documents stay."""
        from rag.store.folders import forget_folder

        forget_folder(self.paths, folder, self.files())

    def reread(
        self,
        names: Sequence[str],
        *,
        password: str = "",
        on_progress: Callable[[Progress], None] = _ignore,
    ) -> Report:
        """Read documents anew from their files, by their full names; unreadable files, too.

        What is part of a mail or an archive is read with the whole of it. A file that is gone is
        skipped with that reason, and what the library holds of it stays. Raises UsageError for a
        name that none has.
        """
        from rag.readers.scan import is_gone, printable

        with open_catalogue(self.paths) as catalogue:
            rows, former = catalogue.files(), catalogue.former_names()
        wanted = [the_one(rows, name, former) for name in dict.fromkeys(names)]
        places = {row.name: Path(row.root) / row.path for row in wanted}
        gone = tuple(
            Skipped(printable(name), f"its file is gone: {place}")
            for name, place in places.items()
            if is_gone(place)
        )
        there = [place for place in dict.fromkeys(places.values()) if not is_gone(place)]
        if not there:
            return replace(Tally().report(0.0), skipped=gone)
        report = self.ingest(there, reread=True, password=password, on_progress=on_progress)
        return replace(report, skipped=(*gone, *report.skipped))

    def rename(self, name: str, new: str) -> str:
        """Give a document another name in the library; its file is left as it is.

        `name` is that of a file, or the last parts of its path; what lies inside it follows. The
        name stays when the file is read again, and the old one still leads to the document, so that
        what cites it is not lost. Gives the full old name. Raises UsageError as
        `rag.renaming.renamed`.
        """
        from rag.renaming import former_names, renamed

        with open_catalogue(self.paths) as catalogue:
            renamed(catalogue.files(), name, new)  # before the lock is asked for
        with Writer.open(self.paths, self.embedder) as writer:
            found = renamed(writer.catalogue.files(), name, new)
            if found.name != found.new:
                former = former_names(writer.catalogue.former_names(), found)
                facts = {FORMER_NAMES: json.dumps(former, ensure_ascii=False)}
                writer.publish(found.rows, list(found.names), facts=facts)
        return found.name

    def _forget_replies(self) -> None:
        """Let nothing that a model has said outlive the document it was said of."""
        if self.paths.replies.exists():
            from rag.store.replies import Replies

            with Replies.open(self.paths.replies) as replies:
                replies.prune({row.id for row in self.documents()})

    def watch(
        self,
        sources: Sequence[Path],
        *,
        password: str = "",
        on_error: Callable[[RagError], None],
        stop: Event | None = None,
    ) -> Iterator[Report]:
        """Bring files and folders into the library now, and again whenever they change.

        Gives a report each time that something was done. What goes wrong later on ends nothing: it
        is told, and tried again at the next change. Ends when `stop` is set. Raises UsageError for
        a path where there is nothing.
        """
        from rag.readers.scan import demand_there
        from rag.watch import changes

        resolved = [source.expanduser().resolve() for source in sources]
        for source in resolved:  # the observer would go on to the nearest folder that is there
            demand_there(source)
        first = True
        for _ in changes(resolved, stop=stop or Event()):
            try:
                report = self.ingest(resolved, sync=True, password=password)
            except RagError as error:
                if first:
                    raise
                on_error(error)
                continue
            if first or report.added or report.changed or report.removed:
                yield report
            first = False

    def dry_run(
        self,
        sources: Sequence[Path],
        *,
        sync: bool = False,
        reread: bool = False,
        password: str = "",
    ) -> Report:
        """What `ingest` would do; see `rag.ingest.dry_run`."""
        from rag.ingest import dry_run

        options = config.reading(self.settings, password)
        names = Received(self.paths.uploads).names()
        return dry_run(sources, self.paths, options=options, sync=sync, reread=reread, names=names)

    def remove(self, *names: str) -> list[str]:
        """Take documents out of the library at once; named as in `document`. Gives full names.

        The files stay, and as long as they do the next ingest of their folder brings them back.
        """
        with open_catalogue(self.paths) as catalogue:
            rows, former = catalogue.documents(), catalogue.former_names()
            files = catalogue.files()
        full = list(dict.fromkeys(the_one(rows, name, former).name for name in names))
        if full:
            with Writer.open(self.paths, self.embedder) as writer:
                writer.publish([], _going(full, files))
            self._forget_replies()
        return full

    def reindex(
        self, *, on_progress: Callable[[int, int], None] = lambda *_: None
    ) -> tuple[int, int]:
        """Derive the indexes anew with the embedder that is set. Gives documents and chunks.

        The old ones serve until the new are whole. What a model has embedded is kept when this is
        interrupted. `on_progress` is told chunks done and in all.
        """
        if not self.exists:
            raise LibraryMissing(
                f"There is no library at {self.paths.folder}", "Make one: rag ingest FOLDER"
            )
        with Writer.open(self.paths, self.embedder, replacing=True) as writer:
            writer.rebuild(on_progress)
            return writer.catalogue.counts()

    def doctor(self) -> Iterator[Check]:
        """Look the library over; see `rag.doctor.examine`."""
        from rag.doctor import examine

        return examine(self.paths, self.embedder)


def _going(names: Sequence[str], files: Sequence[FileRow]) -> list[str]:
    """Names that leave the library with documents: of what could not be read beside them, too.

    That goes when nothing is left of the file, an archive or a mail, that all were in.
    """
    leaving = {(row.root, row.path) for row in files if row.name in names}
    beside = [row for row in files if (row.root, row.path) in leaving and row.name not in names]
    kept = {(row.root, row.path) for row in beside if row.document_id}
    return [*names, *(row.name for row in beside if (row.root, row.path) not in kept)]
