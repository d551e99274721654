"""What the unsubscribe link takes: the one-click body, or the buttons of our own page."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from jobipro.http import Body, Expected, never_null


def _one_of_both(schema: dict[str, Any]) -> None:
    never_null(schema)
    schema["anyOf"] = [{"required": [name]} for name in schema["properties"]]


class UnsubscribeBody(Body):
    """A form with one of two fields; others, which a mailbox provider may add, change nothing."""

    model_config = ConfigDict(extra="ignore", json_schema_extra=_one_of_both)

    one_click: Annotated[
        Literal["One-Click"] | None,
        Field(
            alias="List-Unsubscribe",
            description="As mailbox providers send it (RFC 8058).",
            examples=["One-Click"],
        ),
    ] = None
    stop: Annotated[
        Literal["category", "all"] | None, Field(description="The button of the page that was pressed.")
    ] = None

    @model_validator(mode="after")
    def _either(self) -> "UnsubscribeBody":
        if self.one_click is None and self.stop is None:
            raise Expected("List-Unsubscribe=One-Click.")
        return self
