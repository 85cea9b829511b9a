"""Changes to XML and JSON that leave them well-formed, to get past the parser and further in."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from lxml import etree

if TYPE_CHECKING:
    import random

_VALUES = [
    "",
    "0",
    "-1",
    "1",
    "7",
    "4294967296",
    "1e999",
    "NaN",
    "x",
    "true",
    "../a",
    "\u202e",
    "ё" * 300,
]
_ODD: list[Any] = [
    None,
    True,
    -1,
    10**30,
    1.5,
    "",
    "x",
    "\ud800",
    [],
    {},
    [[[]]],
    {"a": [None]},
    ["x", 1],
]
_CHANGES = 6


def changed_xml(data: bytes, chance: random.Random) -> bytes | None:
    """XML with a few elements lost, doubled, moved, renamed or otherwise told; None for no XML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    for _ in range(chance.randint(1, _CHANGES)):
        elements = [element for element in root.iter() if isinstance(element.tag, str)]
        _change(chance.choice(elements), elements, chance)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written


def _change(element: etree._Element, elements: list[etree._Element], chance: random.Random) -> None:
    parent = element.getparent()
    what = chance.randrange(8)
    if what == 0 and parent is not None:
        parent.remove(element)
    elif what == 1 and parent is not None:
        for _ in range(chance.choice((1, 1, 2, 50))):
            parent.append(deepcopy(element))
    elif what == 2:
        chance.choice(elements).append(deepcopy(element))
    elif what == 3:
        element.tag = chance.choice(elements).tag
    elif what == 4:
        element.text = chance.choice([*_VALUES, "слово " * 500])
    elif what == 5:
        element.tail = chance.choice(_VALUES)
    elif element.attrib:
        name = chance.choice(sorted(element.attrib))
        if what == 6:
            del element.attrib[name]
        else:
            element.attrib[name] = chance.choice(_VALUES)


def changed_json(data: bytes, chance: random.Random) -> bytes | None:
    """JSON with a few values replaced, lost or doubled; None for no JSON."""
    try:
        tree = json.loads(data)
    except ValueError:
        return None
    for _ in range(chance.randint(1, _CHANGES)):
        places = list(_places(tree))
        if not places:
            break
        holder, key = chance.choice(places)
        what = chance.randrange(4)
        if what == 0:
            del holder[key]
        elif what == 1 and isinstance(holder, list):
            holder.append(deepcopy(holder[key]))
        elif what == 2:
            other, name = chance.choice(places)
            holder[key] = deepcopy(other[name])
        else:
            holder[key] = deepcopy(chance.choice(_ODD))
    return json.dumps(tree, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")


def _places(tree: Any) -> list[tuple[Any, Any]]:
    """Every value of a tree as what holds it and its key there."""
    found: list[tuple[Any, Any]] = []
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, list | dict):
            continue
        for key in range(len(node)) if isinstance(node, list) else list(node):
            found.append((node, key))
            waiting.append(node[key])
    return found
