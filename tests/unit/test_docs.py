"""The pages of docs/: what they take from the code is what the code has, and their links lead somewhere."""

import re
from pathlib import Path

import pytest

from infra.docs import DOCS, PARTS, pages, renewed

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
def test_every_link_of_a_page_leads_to_a_file_that_is_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_readme_lists_every_command_of_the_makefile() -> None:
    commands = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    listed = re.findall(r"^\| `make ([a-z]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE)

    assert listed == [command for command in commands if command != "help"]


@pytest.mark.parametrize("page", LINKING, ids=name)
def test_every_path_that_a_page_names_is_there(page: Path) -> None:
    named = re.findall(r"`((?:tests|functions|infra|layers|policy|docs)/[\w/.-]+)`", page.read_text())

    assert [path for path in named if not (ROOT / path).exists()] == []
