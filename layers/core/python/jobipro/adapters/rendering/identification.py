"""Who speaks: what every mail and page must say about the sender."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identification:
    """The sender's name, addresses and the privacy officer's address.

    Source: CASL s.6(2) for name, postal address and a way to answer; the policy, "Privacy Officer", for the last.
    """

    sender_name: str
    sender_address: str
    postal_address: str
    officer_email: str
