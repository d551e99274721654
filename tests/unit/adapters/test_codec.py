"""Rows to and from DynamoDB's attribute values."""

from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobipro.adapters.dynamodb.codec import decode, decode_item, encode, encode_item


class Colour(StrEnum):
    RED = "red"


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**37), 10**37) | st.text(max_size=20) | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_every_value_comes_back_as_it_was(value):
    assert decode(encode(value)) == value


@given(st.dictionaries(st.text(max_size=8), values, max_size=5))
def test_every_row_comes_back_as_it_was(item):
    assert decode_item(encode_item(item)) == item


@pytest.mark.parametrize(
    ("value", "attribute"),
    [
        ("a", {"S": "a"}),
        (Colour.RED, {"S": "red"}),
        (1, {"N": "1"}),
        (True, {"BOOL": True}),
        (None, {"NULL": True}),
        (b"\x00", {"B": b"\x00"}),
        ((1, "a"), {"L": [{"N": "1"}, {"S": "a"}]}),
        ({"a": []}, {"M": {"a": {"L": []}}}),
    ],
)
def test_each_kind_has_its_letter(value, attribute):
    assert encode(value) == attribute


@pytest.mark.parametrize("value", [1.0, float("nan"), Decimal(1), {1, 2}, object(), bytearray(b"a")])
def test_what_would_not_come_back_the_same_is_refused(value):
    with pytest.raises(TypeError):
        encode(value)
    with pytest.raises(TypeError):
        encode({"inner": [value]})


@pytest.mark.parametrize("attribute", [{"SS": ["a"]}, {"NS": ["1"]}, {"BS": [b"a"]}])
def test_kinds_that_we_never_write_are_not_read(attribute):
    with pytest.raises(TypeError):
        decode(attribute)
