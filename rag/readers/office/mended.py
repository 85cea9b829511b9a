"""Office Open XML put together anew, so that python-docx and python-pptx read what Office reads.

Both take in every part of a file, pictures included, and give up on much that office programs
open: a reference that leads nowhere, a template, a file with macros. So they are given an archive
of the parts that are read, after `rag.readers.package` has parsed each.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

from rag.readers.package import Relation, parse_xml, relations_part

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from lxml.etree import _Element

    from rag.readers.package import Package

_SCHEMAS = "http://schemas.openxmlformats.org"
_KINDS = f"{_SCHEMAS}/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.{}+xml"
_MAIN = "officeDocument"
#: elements that stand for a part, and for nothing without it
_STAND_INS = (
    *(f"{{{_SCHEMAS}/presentationml/2006/main}}{tag}" for tag in ("sldId", "contentPart")),
    *(f"{{{_SCHEMAS}/wordprocessingml/2006/main}}{kind}Reference" for kind in ("header", "footer")),
)


def mended(package: Package, types: Mapping[str, str]) -> io.BytesIO:
    """The file with the main part and those it leads to.

    `types` names the kinds of parts that are read and what the library takes each for, "" for
    nothing it knows. A relation is kept if its kind stands there behind that of the part it
    belongs to, so that no way leads back. Raises ReadError without a main part.
    """
    main = Relation("main", _MAIN, package.main_part().lower())
    found = {main.target: _MAIN}
    waiting = [main.target]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(relations_part(""), _relations([main]))
        for name in waiting:
            kinds = list(types)[list(types).index(found[name]) + 1 :]
            kept = [
                relation._replace(target=relation.target.lower())
                for relation in package.relations(name)
                if relation.kind in kinds and relation.target in package
            ]
            new = {target: kind for _, kind, target in kept if target not in found}
            found |= new
            waiting += new
            archive.writestr(name, _part(package, name, {relation.id for relation in kept}))
            if kept:
                archive.writestr(relations_part(name), _relations(kept))
        archive.writestr("[Content_Types].xml", _content_types(found, types))
    return stream


def related(part: Any, kind: str) -> Iterator[Any]:
    """The parts of a kind that a part of the library refers to."""
    relations = (item for item in part.rels.values() if item.reltype == f"{_KINDS}/{kind}")
    return (relation.target_part for relation in relations)


def roots(part: Any, kind: str) -> Iterator[_Element]:
    """The root elements of these parts, which the library does not know."""
    return (parse_xml(found.blob) for found in related(part, kind))


def _part(package: Package, name: str, relations: Collection[str]) -> bytes:
    """A part without the elements that stand for parts which are not there."""
    root = parse_xml(package.read(name) or b"")
    for item in list(root.iter(*_STAND_INS)) if relations_part(name) in package else ():
        if item.get(f"{{{_KINDS}}}id") not in relations:
            item.getparent().remove(item)
    return _written(root)


def _relations(relations: Iterable[Relation]) -> bytes:
    from lxml.builder import ElementMaker

    make = ElementMaker(namespace=f"{_SCHEMAS}/package/2006/relationships")
    items = (
        make.Relationship(Id=key, Type=f"{_KINDS}/{kind}", Target=f"/{target}")
        for key, kind, target in relations
    )
    return _written(make.Relationships(*items))


def _content_types(parts: Mapping[str, str], types: Mapping[str, str]) -> bytes:
    from lxml.builder import ElementMaker

    make = ElementMaker(namespace=f"{_SCHEMAS}/package/2006/content-types")
    items = (
        make.Override(PartName=f"/{name}", ContentType=_TYPE.format(types[kind]))
        for name, kind in parts.items()
    )
    return _written(make.Types(*items))


def _written(root: _Element) -> bytes:
    from lxml import etree

    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))
