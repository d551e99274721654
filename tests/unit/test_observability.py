"""What is told of a failure: types, places and AWS's own codes; never what anybody sent."""

from botocore.exceptions import ClientError

from jobipro.observability import failure


def raised(error: ClientError | ValueError) -> dict[str, object]:
    try:
        raise error
    except (ClientError, ValueError) as caught:
        return failure(caught)


def test_an_error_of_aws_is_told_by_its_code_and_without_its_message() -> None:
    refused = {"Error": {"Code": "AccessDeniedException", "Message": "marie@example.com may not"}}

    told = raised(ClientError(refused, "GetItem"))  # type: ignore[arg-type]

    assert "AccessDeniedException" in repr(told)
    assert "marie" not in repr(told)


def test_any_other_error_is_told_by_type_and_place_alone() -> None:
    told = raised(ValueError("marie@example.com"))

    assert "builtins.ValueError" in repr(told)
    assert "test_observability.py" in repr(told)
    assert "marie" not in repr(told)
