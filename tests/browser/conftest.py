"""One browser for all, and one gallery of what there is to see."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from infra.chromium import MISSING, found, required, started
from tests.browser.gallery import Gallery, gallery
from tests.integration.stack import Stack


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A browser with a fresh profile; without one these tests are skipped, or fail where nobody would notice that."""
    if found() is None and not required():
        pytest.skip(MISSING)
    with started() as running:
        yield running


@pytest.fixture(scope="package")
def seen(stack: Stack, browser: Browser) -> Gallery:
    """Every page and mail of the product, as people of both languages got to see them."""
    return gallery(stack, browser)
