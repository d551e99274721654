"""What every storage of images does: subclasses give the fixture `images`."""

import pytest

from jobipro.domain.uploads import ImageType, NotTaken, Refusal

ONE, OTHER = "shown/upl_" + "c" * 26, "shown/upl_" + "d" * 26


class ImagesContract:
    """What is kept is what was given, until it is taken away."""

    def test_what_is_kept_is_fetched_as_it_was(self, images):
        images.kept(ONE, b"\xff\xd8 one", ImageType.JPEG)

        assert images.fetched(ONE, most=6) == b"\xff\xd8 one"

    def test_what_is_kept_again_takes_the_place_of_what_was(self, images):
        images.kept(ONE, b"one", ImageType.JPEG)
        images.kept(ONE, b"another", ImageType.PNG)

        assert images.fetched(ONE, most=100) == b"another"

    def test_there_is_nothing_where_nothing_was_kept(self, images):
        assert images.fetched("raw/nothing", most=100) is None

    def test_more_than_one_asks_for_is_not_read(self, images):
        images.kept(ONE, b"seven..", ImageType.JPEG)

        with pytest.raises(NotTaken) as refused:
            images.fetched(ONE, most=6)
        assert refused.value.reason is Refusal.TOO_LARGE

    def test_what_is_removed_is_gone_and_what_is_not_there_is_no_error(self, images):
        images.kept(ONE, b"one", ImageType.JPEG)
        images.kept(OTHER, b"other", ImageType.JPEG)

        images.removed(ONE, "raw/nothing")
        images.removed(ONE)

        assert images.fetched(ONE, most=100) is None
        assert images.fetched(OTHER, most=100) == b"other"
