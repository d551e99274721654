"""Points and postal addresses, as they come in and go out."""

from typing import Annotated, Literal

from pydantic import Field

from jobipro.domain.coverage import Location
from jobipro.domain.postal import LONGEST_CITY, LONGEST_STREET, MailingAddress
from jobipro.domain.provinces import Province
from jobipro.http.schemas import Answer, Body, Line

Latitude = Annotated[float, Field(ge=-90, le=90, description="Degrees north (WGS 84).", examples=[45.50884])]
Longitude = Annotated[float, Field(ge=-180, le=180, description="Degrees east (WGS 84).", examples=[-73.58781])]


class PointBody(Body):
    """A point."""

    latitude: Latitude
    longitude: Longitude

    def to_domain(self) -> Location:
        """Return the point; `Invalid` names what does not fit."""
        return Location(self.latitude, self.longitude)


class PointAnswer(Answer):
    """A point."""

    latitude: Latitude
    longitude: Longitude

    @classmethod
    def of(cls, location: Location) -> "PointAnswer":
        """Return the answer that shows a point."""
        return cls(latitude=location.latitude, longitude=location.longitude)


class AddressBody(Body):
    """A postal address in Canada."""

    street: Annotated[Line, Field(max_length=LONGEST_STREET, examples=["111 Wellington Street"])]
    city: Annotated[Line, Field(max_length=LONGEST_CITY, examples=["Ottawa"])]
    province: Annotated[Province, Field(strict=False, examples=["ON"])]
    postal_code: Annotated[str, Field(max_length=20, examples=["K1A 0A9"])]
    country: Literal["CA"] = "CA"

    def to_domain(self) -> MailingAddress:
        """Return the address, tidied; `Invalid` names what does not fit."""
        return MailingAddress(self.street, self.city, self.province, self.postal_code, self.country)


class AddressAnswer(Answer):
    """A postal address in Canada."""

    street: Annotated[str, Field(examples=["111 Wellington Street"])]
    city: Annotated[str, Field(examples=["Ottawa"])]
    province: Annotated[Province, Field(examples=["ON"])]
    postal_code: Annotated[str, Field(examples=["K1A 0A9"])]
    country: Annotated[Literal["CA"], Field(examples=["CA"])]

    @classmethod
    def of(cls, address: MailingAddress) -> "AddressAnswer":
        """Return the answer that shows an address."""
        return cls.model_validate(address.to_fields())
