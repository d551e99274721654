"""Canadian postal addresses: where somebody lives or wants the work done."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self

from jobipro.domain.errors import FieldError, Invalid
from jobipro.domain.provinces import Province

_POSTAL_CODE = re.compile(r"([ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z])[ -]?([0-9][ABCEGHJ-NPRSTV-Z][0-9])")
"""D, F, I, O, Q and U are never used; W and Z never come first. Source: Canada Post, addressing guidelines."""

LONGEST_STREET = 200
LONGEST_CITY = 100
"""Characters, both chosen generously."""


def postal_code(text: str) -> str:
    """Return a postal code as `A1A 1A1`, however it was spaced or cased; `Invalid` (field `postal_code`) otherwise.

    Its first letter is not held against the province: places along a border are served from the other side (parts of
    Labrador, Lloydminster, Flin Flon), and Nunavut and the Northwest Territories share theirs.
    """
    found = _POSTAL_CODE.fullmatch(text.strip().upper())
    if not found:
        raise Invalid(FieldError("postal_code", "A Canadian postal code such as K1A 0B1."))
    return f"{found[1]} {found[2]}"


@dataclass(frozen=True, slots=True, repr=False)
class MailingAddress:
    """An address in Canada, checked and tidied as it is made. It has no repr: it must not slip into a log."""

    street: str
    city: str
    province: Province
    postal_code: str
    country: str = "CA"

    def __post_init__(self) -> None:
        wrong = []
        for name, longest in (("street", LONGEST_STREET), ("city", LONGEST_CITY)):
            line = " ".join(getattr(self, name).split())
            object.__setattr__(self, name, line)
            if not 1 <= len(line) <= longest or not line.isprintable():
                wrong.append(FieldError(name, f"1 to {longest} characters on one line."))
        if self.country != "CA":
            wrong.append(FieldError("country", "CA."))
        try:
            object.__setattr__(self, "postal_code", postal_code(self.postal_code))
        except Invalid as invalid:
            wrong.extend(invalid.fields)
        if wrong:
            raise Invalid(*wrong)

    def to_fields(self) -> dict[str, str]:
        """Return the address as plain fields."""
        return asdict(self) | {"province": self.province.value}

    @classmethod
    def from_fields(cls, fields: Mapping[str, str]) -> Self:
        """Return the address that `to_fields` took apart."""
        return cls(
            street=fields["street"],
            city=fields["city"],
            province=Province(fields["province"]),
            postal_code=fields["postal_code"],
            country=fields["country"],
        )
