"""The jinja2 environments, made when first needed: jinja2 is slow to import, and few functions render."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from jobipro.adapters.rendering.figures import card, day, moment, money, place
from jobipro.adapters.rendering.foreign_text import clean, one_line
from jobipro.domain.errors import Unintelligible

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).with_name("templates")

type Part = Literal["html", "text"]


@dataclass(frozen=True, slots=True)
class Words:
    """What a template has to say: the values it sets, and its body."""

    values: Mapping[str, object]
    body: str


def words(part: Part, template: str, facts: Mapping[str, object]) -> Words:
    """Return what a template says of some facts; the body is safe to stand in that part as it is.

    Raises Unintelligible where a fact that the template needs is missing.
    """
    from jinja2 import UndefinedError

    cleaned = {name: clean(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
    try:
        module = _environment(part).get_template(template).make_module(cleaned)
    except UndefinedError as error:
        raise Unintelligible(template, error.message) from error
    return Words(vars(module), str(module))


def laid_out(part: Part, layout: str, values: Mapping[str, object]) -> str:
    """Return a whole document: words in their layout."""
    return _environment(part).get_template(layout).render(values)


@cache
def _environment(part: Part) -> "Environment":
    """Return the environment of one part: both read the same words, each has `blocks` and a layout of its own."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([TEMPLATES / part, TEMPLATES]),
        autoescape=part == "html",  # noqa: S701 - the text part is no HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["one_line"] = one_line
    environment.globals |= {"card": card, "day": day, "moment": moment, "money": money, "place": place}
    return environment
