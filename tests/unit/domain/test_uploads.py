"""Names in storage, and what the data map says of them."""

import pytest

from jobipro.domain.data_map import STORED
from jobipro.domain.ids import SubjectId, UploadId
from jobipro.domain.uploads import raw_key, raw_of, shown_key

OWNER, UPLOAD = SubjectId("sub_" + "a" * 26), UploadId("upl_" + "b" * 26)


@pytest.mark.commitment("purpose.bound", "data.user-content")
def test_whatever_is_stored_lies_where_the_data_map_says():
    prefixes = [each.prefix for each in STORED]

    for key in (raw_key(OWNER, UPLOAD), shown_key(UPLOAD)):
        assert len([prefix for prefix in prefixes if key.startswith(prefix)]) == 1


@pytest.mark.commitment("purpose.bound")
@pytest.mark.parametrize("each", STORED, ids=lambda each: each.prefix)
def test_whatever_is_stored_has_a_purpose_and_a_retention(each):
    assert each.purposes
    assert each.retention.words.endswith(".")


def test_what_is_shown_names_neither_its_sender_nor_its_request():
    assert shown_key(UPLOAD) == f"shown/{UPLOAD}"


@pytest.mark.parametrize(
    "key", ["", "raw/", f"raw/{UPLOAD}", f"raw/{OWNER}/{UPLOAD}/x", f"RAW/{OWNER}/{UPLOAD}", f"raw/{OWNER}/{UPLOAD}\n"]
)
def test_a_name_that_is_not_ours_stands_for_nothing(key):
    assert raw_of(key) is None
    assert raw_of(raw_key(OWNER, UPLOAD)) == (OWNER, UPLOAD)
