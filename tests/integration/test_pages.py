"""Pages that are followed: one that says what is not so is found out."""

from pathlib import Path

import pytest

from tests.integration.pages import followed, steps

PAGE = """
```bash
WHO=world
echo "hello $WHO"
```

```text
hello …
```

```bash
echo "bye $WHO"
```

```text
bye world
```

```sh
make run
```

```text
Ready.
```
"""


def written(folder: Path, old: str = "", new: str = "") -> Path:
    """Write the page with one thing changed."""
    page = folder / "page.md"
    assert old in PAGE
    page.write_text(PAGE.replace(old, new) if old else PAGE)
    return page


def test_blocks_share_one_shell_and_each_shows_what_the_next_one_says(tmp_path: Path):
    followed(list(steps(written(tmp_path))), tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [("hello …", "hello … again"), ("bye world", "bye"), ('echo "bye', 'false; echo "bye'), ("WHO=world", "")],
)
def test_a_block_that_fails_or_shows_something_else_fails(tmp_path: Path, old: str, new: str):
    with pytest.raises(AssertionError):
        followed(list(steps(written(tmp_path, old, new))), tmp_path)


def test_what_is_started_in_the_other_terminal_is_apart_and_words_can_be_replaced(tmp_path: Path):
    [start] = steps(written(tmp_path), "sh", {"make run": "make run PORT=9"})

    assert start.commands == "make run PORT=9\n"
    assert start.fits("Ready.\n")
    assert not start.fits("Ready to go.")
