"""The pages of docs/: what they take from the code is what the code has, and their links lead somewhere."""

import re
from pathlib import Path

import pytest

from infra.docs import DOCS, PARTS, pages, renewed
from infra.local.template import read_template

ROOT = DOCS.parent
LINKING = [*pages(), ROOT / "README.md", ROOT / "CHANGELOG.md"]


def name(page: Path) -> str:
    """Return a page's place in the repository."""
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", pages(), ids=name)
def test_a_page_shows_the_tables_as_the_code_has_them(page: Path) -> None:
    assert page.read_text() == renewed(page.read_text()), "write it anew with 'make docs'"


def test_every_table_stands_on_a_page() -> None:
    written = "\n".join(page.read_text() for page in pages())

    assert [part for part in PARTS if f"<!-- {part}: from the code -->" not in written] == []


@pytest.mark.parametrize("page", LINKING, ids=name)
def test_every_link_and_picture_of_a_page_is_there(page: Path) -> None:
    assert [link for link in links(page) if not (page.parent / link.partition("#")[0]).exists()] == []


@pytest.mark.parametrize("page", LINKING, ids=name)
def test_every_link_into_a_page_leads_to_a_heading_of_it(page: Path) -> None:
    into = [link.partition("#") for link in links(page) if "#" in link]

    assert [f"{path}#{anchor}" for path, _, anchor in into if anchor not in anchors(page.parent / path, page)] == []


@pytest.mark.parametrize("page", LINKING, ids=name)
def test_every_picture_of_a_page_is_told_in_words(page: Path) -> None:
    pictures = re.findall(r"!\[([^\]]*)\]\(|<img ([^>]*)>", prose(page))

    assert [tag for words, tag in pictures if not words.strip() and not re.search(r'alt="[^"]+"', tag)] == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        reached.add(page)
        found = {(page.parent / link.partition("#")[0]).resolve() for link in links(page)}
        listed = {each for path in found if path.is_dir() for each in path.glob("*.md")}
        ahead += [path for path in found | listed if path.suffix == ".md" and path not in reached]

    assert [name(page) for page in pages() if page not in reached] == []


def test_the_page_on_tests_has_a_line_for_every_folder_that_is_run() -> None:
    folders = {path.parent.relative_to(ROOT / "tests").parts[0] for path in (ROOT / "tests").rglob("*/test_*.py")}
    told = re.findall(r"^\| `(\w+)` \|", (DOCS / "testing.md").read_text(), re.MULTILINE)

    assert folders <= set(told)


def links(page: Path) -> list[str]:
    """Return what a page leads to or shows within the repository, as it is written."""
    found = re.findall(r"\]\(([^)\s]+)\)|<(?:img|source) [^>]*?(?:src|srcset)=\"([^\"]+)\"", prose(page))
    return [link for pair in found for link in pair if link and ":" not in link]


def anchors(page: Path, asking: Path) -> set[str]:
    """Return the names that the headings of a page go by in links, as GitHub makes them; of `asking` for `#…` alone."""
    headings = re.findall(r"^#+ (.+)$", prose(asking if page.is_dir() else page), re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]
    return {
        anchor if not plain[:place].count(anchor) else f"{anchor}-{plain[:place].count(anchor)}"
        for place, anchor in enumerate(plain)
    }


def prose(page: Path) -> str:
    """Return a page without its blocks of code, in which nothing is a link or a heading."""
    return re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)


def test_the_readme_lists_every_command_of_the_makefile() -> None:
    commands = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    listed = re.findall(r"^\| `make ([a-z]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE)

    assert listed == [command for command in commands if command != "help"]


@pytest.mark.parametrize("page", LINKING, ids=name)
def test_every_path_that_a_page_names_is_there(page: Path) -> None:
    named = re.findall(r"`((?:tests|functions|infra|layers|policy|docs)/[\w/.-]+)`", page.read_text())

    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_guide_to_deploying_explains_every_parameter_of_the_template() -> None:
    table = (DOCS / "deploy.md").read_text().partition("## The parameters")[2].partition("\n## ")[0]
    told = {name for cell in re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE) for name in re.findall(r"\w+", cell)}

    assert told == set(read_template(ROOT / "template.yaml")["Parameters"])
