"""What of a web page is not its text: navigation, page headers and footers, cookie banners.

Decided by what the page says of itself (HTML's own tags, roles, names of classes) and by where the
words are that are no links. Words outside links are given up only where a tag or a name says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.readers.web.markup import SKIPPED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from lxml.etree import _Element

_ROLES = frozenset(
    "navigation banner contentinfo search menu menubar toolbar dialog alertdialog tablist".split()
)
_REGIONS = frozenset(("main", "article"))
_FRAMES = frozenset(("header", "footer", "aside"))
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_MAX_NAMES = 500
#: names of parts that are no text, up to so many characters
_NAMED = {
    name: limit
    for limit, names in (
        (4000, "cookie cookies consent gdpr ccpa"),
        (2000, "footer copyright"),
        (1000, "subscribe newsletter signin signup ad ads advert advertisement sponsored"),
        (500, "breadcrumb breadcrumbs pagination pager paging share sharing social skip"),
    )
    for name in names.split()
}
#: names of parts that are no text where most of it is links
_LINKED = frozenset(
    "nav navbar navigation menu submenu sidebar sidenav header topbar toolbar related recommended "
    "recommendations tags widget rail promo teaser trending popular links".split()
)
_MANY_LINKS = 0.5
#: a list of links and nothing else
_ONLY_LINKS, _LEAST_LINKS, _LONG_LINK = 0.8, 4, 60
_LISTS = frozenset(("ul", "ol", "dl", "table", "div", "p", "section", "td"))
#: The page's own <main> is believed where it holds this share of what is not navigation.
_REGION_SHARE = 0.5
#: Running text has at least so many characters without a tag between them. The heart of a page is
#: its smallest element with this share of it.
_RUNNING, _HEART_SHARE = 80, 0.7
#: Beside the heart, parts with more links than this share are no text.
_BESIDE_LINKS = 0.3
#: A part with more than this share of the page is no mere part, unless a tag says so.
_TOO_MUCH = 0.6
#: Where fewer characters than this and a smaller share would be left, all of the page is text.
_LEAST_KEPT, _LEAST_SHARE = 500, 0.2


@dataclass(slots=True)
class _Facts:
    """Of an element: characters in it, those in links and in running text, and what it holds."""

    characters: int = 0
    linked: int = 0
    running: int = 0
    links: int = 0
    title: bool = False
    region: bool = False

    @property
    def share(self) -> float:
        """Share of its characters that are links."""
        return self.linked / self.characters if self.characters else 0.0

    def add(self, other: _Facts) -> None:
        self.characters += other.characters
        self.linked += other.linked
        self.running += other.running
        self.links += other.links
        self.title |= other.title
        self.region |= other.region


def boilerplate(root: _Element) -> list[_Element]:
    """Elements that are no part of the page's text; none lies in another."""
    facts = _facts(root)
    parts = list(_parts(root, facts))
    given_up = set(parts)
    regions = _regions(root, facts, given_up)
    for element in list(_beside(root, regions, given_up)) if regions else ():
        if not facts[element].title:
            given_up.add(element)
    heart = _heart(root, facts, given_up)
    for element in list(_beside(root, [heart], given_up)):
        own = facts[element]
        named = all(one.tag == "article" for one in regions) or not _LINKED.isdisjoint(
            _names(element)
        )
        if named and not own.title and own.share > _BESIDE_LINKS:
            given_up.add(element)
    kept = facts[root].characters - sum(facts[part].characters for part in given_up)
    if kept < _LEAST_KEPT and kept < _LEAST_SHARE * facts[root].characters:
        return []
    return [element for element in given_up if facts[element].characters]


def _facts(root: _Element) -> dict[_Element, _Facts]:
    """What is to know of every element with text that may be shown."""
    from lxml import etree

    facts: dict[_Element, _Facts] = {}
    stack: list[_Facts] = []
    inside_link = 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            stack.append(_Facts(title=element.tag == "h1", region=_is_region(element)))
            inside_link += element.tag == "a"
            if element.tag in SKIPPED:
                walk.skip_subtree()
            else:
                _count(stack[-1], element.text, inside_link)
            continue
        own = facts[element] = stack.pop()
        if element.tag == "a":
            inside_link -= 1
            own.links += 1
        if stack:
            stack[-1].add(own)
            _count(stack[-1], element.tail, inside_link)
    return facts


def _count(facts: _Facts, text: str | None, inside_link: int) -> None:
    if text:
        length = sum(map(len, text.split()))
        facts.characters += length
        if inside_link:
            facts.linked += length
        elif length >= _RUNNING:
            facts.running += length


def _is_region(element: _Element) -> bool:
    return element.tag in _REGIONS or element.get("role") == "main"


def _parts(root: _Element, facts: dict[_Element, _Facts]) -> Iterator[_Element]:
    """The outermost elements that say themselves, or by their links, that they are no text."""
    from lxml import etree

    whole = facts[root].characters
    regions = 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            regions -= _is_region(element)
            continue
        regions += _is_region(element)
        own = facts.get(element)
        if own is None or not own.characters:
            walk.skip_subtree()
        elif not own.title and not own.region:
            inside = regions > 0
            if _is_frame(element, inside=inside) or (
                own.characters < whole * _TOO_MUCH and _is_part(element, own, inside=inside)
            ):
                yield element
                walk.skip_subtree()


def _is_frame(element: _Element, *, inside: bool) -> bool:
    """Whether HTML itself says that this is no text; `inside` a region or not."""
    tag = element.tag
    return tag == "nav" or element.get("role") in _ROLES or (tag in _FRAMES and not inside)


def _is_part(element: _Element, facts: _Facts, *, inside: bool) -> bool:
    """Whether an element is no text by its names and links; `inside` a region or not."""
    names = _names(element)
    if any(facts.characters <= _NAMED.get(name, 0) for name in names):
        return True
    if inside:
        return False
    return (facts.share >= _MANY_LINKS and not _LINKED.isdisjoint(names)) or (
        element.tag in _LISTS
        and facts.share >= _ONLY_LINKS
        and facts.links >= _LEAST_LINKS
        and facts.linked <= facts.links * _LONG_LINK
    )


def _names(element: _Element) -> set[str]:
    """The words in the names of an element's classes and of itself."""
    names = f"{element.get('class', '')} {element.get('id', '')}"
    return {word.lower() for word in _WORD.findall(names[:_MAX_NAMES])}


def _regions(
    root: _Element, facts: dict[_Element, _Facts], given_up: Collection[_Element]
) -> list[_Element]:
    """The outermost elements that the page itself calls its text; none where they hold little."""
    found = [element for element in facts if _is_region(element)]
    known = {*found, *given_up}
    found = [region for region in found if known.isdisjoint(region.iterancestors())]
    kept = facts[root].characters - sum(facts[part].characters for part in given_up)
    held = sum(facts[region].characters for region in found)
    return found if held >= _REGION_SHARE * kept else []


def _heart(
    root: _Element, facts: dict[_Element, _Facts], given_up: Collection[_Element]
) -> _Element:
    """The smallest element with most of the words that are no links."""
    heart = root
    least = _HEART_SHARE * (facts[root].running - sum(facts[one].running for one in given_up))
    while True:
        inner = (child for child in heart if child in facts and child not in given_up)
        best = max(inner, key=lambda child: facts[child].running, default=None)
        if best is None or facts[best].running < max(least, _RUNNING):
            return heart
        heart = best


def _beside(
    root: _Element, regions: Collection[_Element], given_up: Collection[_Element]
) -> Iterator[_Element]:
    """The outermost elements that neither hold a region nor lie in one."""
    from lxml import etree

    above = {ancestor for region in regions for ancestor in region.iterancestors()}
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        if element in regions or element in given_up or element.tag in SKIPPED:
            walk.skip_subtree()
        elif element not in above:
            yield element
            walk.skip_subtree()
