"""What the unsubscribe link takes: the one-click body, or the buttons of our own page."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from jobipro.http import Body, Expected


class UnsubscribeBody(Body):
    """A form with one of two fields; others, which a mailbox provider may add, change nothing."""

    model_config = ConfigDict(extra="ignore")

    one_click: Annotated[
        Literal["One-Click"] | None,
        Field(alias="List-Unsubscribe", description="As mailbox providers send it (RFC 8058)."),
    ] = None
    stop: Annotated[
        Literal["category", "all"] | None, Field(description="The button of the page that was pressed.")
    ] = None

    @model_validator(mode="after")
    def _either(self) -> "UnsubscribeBody":
        if self.one_click is None and self.stop is None:
            raise Expected("List-Unsubscribe=One-Click.")
        return self
