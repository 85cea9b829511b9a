"""XML that people's programs wrote, more or less well formed, as a tree; nothing in it expands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import ReadError
from rag.readers.encoding import decode
from rag.readers.web.html import declared_encoding

if TYPE_CHECKING:
    from lxml.etree import _Element

#: Characters of the title of a book, which is searched with every chunk of it.
MAX_TITLE = 200
_PARAGRAPHS = frozenset(("p", "v", "br", "div", "li", "empty-line"))


def tree(data: bytes) -> tuple[_Element, str]:
    """The root element of an XML file and the encoding it is in.

    A declared document type is passed over, what is not well formed is mended where that can be
    done. Raises ReadError where it declares entities or holds no element at all.
    """
    from lxml import etree

    text, encoding = decode(data, declared_encoding(data))
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        recover=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode("utf-8", errors="replace"), parser)
    except etree.LxmlError as error:
        raise ReadError("broken XML") from error
    if root is None:
        raise ReadError("broken XML: there is no element in it")
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise ReadError("its XML declares entities, which no book needs")
    return root, encoding


def name_of(element: _Element) -> str:
    """The element's name without its namespace; "" for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def first(root: _Element, name: str) -> _Element | None:
    """The first element of that name, whatever its namespace."""
    return next((element for element in root.iter() if name_of(element) == name), None)


def words(element: _Element | None) -> str:
    """All words inside an element, with single spaces, paragraphs parted; "" without one."""
    if element is None:
        return ""
    from lxml import etree

    pieces = []
    for event, inner in etree.iterwalk(element, events=("start", "end")):
        pieces.append(" " if name_of(inner) in _PARAGRAPHS else "")
        if event == "start":
            pieces.append(inner.text or "")
        elif inner is not element:
            pieces.append(inner.tail or "")
    return " ".join("".join(pieces).split())
