"""What can be told of any page by looking at all of it: its words, its colours, its width."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from playwright.sync_api import Page

#: Texts and accessible names of all that is shown or read aloud. What a screen reader skips is no
#: word: the names of icons are ligatures of a font.
_WORDS = """() => {
  const said = new Set();
  const skip = element => element.closest('[aria-hidden=true], script, style, noscript, canvas');
  const there = element => element.checkVisibility({visibilityProperty: true});
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (element && !skip(element) && there(element)) said.add(texts.currentNode.data.trim());
  }
  for (const element of document.body.querySelectorAll('*')) {
    if (skip(element) || !there(element)) continue;
    for (const name of ['aria-label', 'aria-description', 'title', 'placeholder', 'alt'])
      if (element.hasAttribute(name)) said.add(element.getAttribute(name).trim());
  }
  return [...said].filter(Boolean);
}"""
#: Every text on the page with its colour and size, and the colours it lies on from the top down.
#: Text that is switched off, or that only a screen reader is given, need not be seen. Icons and
#: plots may be as pale as large text (WCAG 2.2, 1.4.11).
_COLOURS = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
  const rgba = colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode.data.trim(), element = texts.currentNode.parentElement;
    if (!text || !element || element.closest('script, style, noscript, :disabled, '
        + '[aria-disabled=true]')) continue;
    if (!element.checkVisibility({visibilityProperty: true})) continue;
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    if (box.width < 3 || box.height < 3 || parseFloat(style.fontSize) === 0) continue;
    const grounds = [];
    let opacity = 1;
    for (let at = element; at; at = at.parentElement) {
      const look = getComputedStyle(at);
      if (look.backgroundImage !== 'none') { grounds.length = 0; break; }
      grounds.push(rgba(look.backgroundColor));
      opacity *= parseFloat(look.opacity);
    }
    if (!grounds.length || !opacity) continue;
    const drawn = element instanceof SVGElement;
    const icon = element.closest('[data-testid=stIconMaterial]') !== null;
    found.push({text: text.slice(0, 60), colour: rgba(drawn ? style.fill : style.color), grounds,
                opacity, large: icon || drawn, size: parseFloat(style.fontSize),
                weight: parseInt(style.fontWeight)});
  }
  return found;
}"""
_WIDTHS = """() => {
  const wide = document.documentElement.clientWidth, out = [];
  const scrolls = element => {
    for (let at = element.parentElement; at; at = at.parentElement)
      if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(at).overflowX)
          && at.scrollWidth > at.clientWidth && at.clientWidth < wide) return true;
    return false;
  };
  for (const element of document.querySelectorAll('[data-testid=stMain] *')) {
    const box = element.getBoundingClientRect();
    if (box.width && box.right > wide + 1 && element.checkVisibility() && !scrolls(element))
      out.push(`${element.tagName} ${element.className} to ${Math.round(box.right)}`);
  }
  for (const element of [document.documentElement, ...document.querySelectorAll(
      '[data-testid=stMain], [data-testid=stAppViewContainer]')])
    if (element.scrollWidth > element.clientWidth + 1) out.push(`${element.tagName} scrolls`);
  return out.slice(0, 5);
}"""
_PATH = re.compile(r"(?:/[\w.-]+)+")
_WORD = re.compile(r"[а-яё]+")
_LATIN = re.compile(r"[A-Za-z]{2,}")
#: A size in CSS pixels from which text counts as large, and may be paler (WCAG 2.2, 1.4.3).
_LARGE, _LARGE_BOLD, _BOLD = 24, 18.66, 700


class Pale(NamedTuple):
    """A text that stands out too little, and its ratio of contrast."""

    text: str
    ratio: float


def words(page: Page) -> list[str]:
    """All texts and accessible names on a page."""
    return list(page.evaluate(_WORDS))


def english(said: Iterable[str], allowed: Iterable[str]) -> list[str]:
    """Those texts that have an English word left when what is allowed is taken out.

    What is allowed are whole names: of files, settings, formats; and paths.
    """
    names = "|".join(map(re.escape, sorted(allowed, key=len, reverse=True)))
    known = re.compile(rf"(?<![A-Za-z])(?:{names})(?![A-Za-z])")
    return [text for text in said if _LATIN.search(known.sub("", _PATH.sub("", text)))]


def russian(said: Iterable[str], allowed: Iterable[str]) -> list[str]:
    """Those texts that have a Russian word left when all words of what is allowed are taken out."""
    known = set(_WORD.findall(" ".join(allowed).lower()))
    return [text for text in said if set(_WORD.findall(text.lower())) - known]


def pale(page: Page, least: float = 4.5, least_large: float = 3.0) -> list[Pale]:
    """Texts whose colours differ by less than these ratios, as WCAG 2.2 counts contrast."""
    found: list[Any] = page.evaluate(_COLOURS)
    judged = []
    for text in found:
        size, bold = text["size"], text["weight"] >= _BOLD
        large = text["large"] or size >= _LARGE or (bold and size >= _LARGE_BOLD)
        ratio = _contrast(text["colour"], text["grounds"], text["opacity"])
        if ratio < (least_large if large else least):
            judged.append(Pale(text["text"], round(ratio, 2)))
    return judged


def too_wide(page: Page) -> list[str]:
    """What reaches over the right edge of the window, or makes it scroll to the side."""
    return list(page.evaluate(_WIDTHS))


def _contrast(colour: list[float], grounds: list[list[float]], opacity: float) -> float:
    """The ratio between a text and what it lies on; `grounds` from the top down."""
    ground = [255.0, 255.0, 255.0]
    for layer in reversed(grounds):
        ground = _over(layer, ground, 1.0)
    lights = sorted((_light(ground), _light(_over(colour, ground, opacity))))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _over(colour: list[float], ground: list[float], opacity: float) -> list[float]:
    alpha = colour[3] * opacity
    return [
        alpha * top + (1 - alpha) * below for top, below in zip(colour[:3], ground, strict=True)
    ]


def _light(colour: list[float]) -> float:
    """The relative luminance of a colour of 0 to 255."""
    shares = [value / 255 for value in colour]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
