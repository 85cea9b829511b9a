"""What brings documents into a library, takes them out, and looks it over."""

from __future__ import annotations

from contextlib import nullcontext
from threading import Event
from typing import TYPE_CHECKING

from rag import config
from rag.app.showing import Showing, the_one
from rag.errors import LibraryMissing, RagError
from rag.index import Writer, open_catalogue, replacing
from rag.plan import UNNAMED
from rag.store.received import Received

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from rag.doctor import Check
    from rag.ingest import Reading
    from rag.report import Progress, Report
    from rag.store.catalogue import FileRow


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
        on_progress: Callable[[Progress], None] = _ignore,
    ) -> Report:
        """Bring files into the library; see `rag.ingest.ingest`.

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
                workers=self.settings.workers or None,
                on_progress=on_progress,
            )
        if report.changed or report.removed:
            self._forget_replies()
        return report

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
        is told, and tried again at the next change. Ends when `stop` is set.
        """
        from rag.watch import changes

        resolved = [source.expanduser().resolve() for source in sources]
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

    def remove(self, name: str) -> str:
        """Take a document out of the library; named as in `document`. Gives its full name.

        The file stays, and as long as it does the next ingest of its folder brings it back.
        """
        with open_catalogue(self.paths) as catalogue:
            row = the_one(catalogue.documents(), name)
            files = catalogue.files()
        with Writer.open(self.paths, self.embedder) as writer:
            writer.publish([], _going(row.name, files))
        self._forget_replies()
        return row.name

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


def _going(name: str, files: Sequence[FileRow]) -> list[str]:
    """Names that leave the library with a document: of what could not be read beside it, too.

    That goes when nothing is left of the file, an archive or a mail, that both were in.
    """
    file = next((row.root, row.path) for row in files if row.name == name)
    beside = [row for row in files if (row.root, row.path) == file and row.name != name]
    return [name, *(row.name for row in beside if not any(each.document_id for each in beside))]
