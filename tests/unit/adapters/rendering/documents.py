"""How the tests read HTML and style: what links where, what loads what, what is said in which language."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"br", "input", "meta"})
LOADS = frozenset({"src", "srcset", "background", "poster", "data", "ping", "formaction"})


@dataclass(slots=True)
class Element:
    """An element with its text; `lang` is the language in force inside it."""

    tag: str
    attributes: dict[str, str]
    lang: str
    text: str = ""


@dataclass(slots=True)
class Document:
    """Every element of a document, in the order in which they open, and whatever was not closed as it should be."""

    elements: list[Element] = field(default_factory=list)
    unbalanced: list[str] = field(default_factory=list)

    def all(self, tag: str) -> list[Element]:
        return [element for element in self.elements if element.tag == tag]

    @property
    def links(self) -> list[str]:
        return [element.attributes["href"] for element in self.all("a")]

    @property
    def text(self) -> str:
        return self.all("body")[0].text

    @property
    def loading(self) -> list[Element]:
        """What could make a mail program or browser fetch, run or embed something."""
        tags = {"script", "img", "link", "iframe", "object", "embed", "video", "audio", "svg", "base", "meta-refresh"}
        return [
            element
            for element in self.elements
            if element.tag in tags
            or LOADS & element.attributes.keys()
            or any(name.startswith("on") for name in element.attributes)
            or "http-equiv" in element.attributes
            or "url(" in element.attributes.get("style", "")
            or (element.tag == "style" and any(word in element.text for word in ("url(", "@import", "image-set")))
        ]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.document = Document()
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        above = self._open[-1].lang if self._open else ""
        element = Element(tag, attributes, attributes.get("lang", above))
        self.document.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop().tag != tag:
            self.document.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data


def read(html: str) -> Document:
    """Return an HTML document taken apart."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.document.unbalanced += [element.tag for element in reader._open]
    return reader.document


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, `#rrggbb`. Source: WCAG 2.2, "contrast ratio"."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
