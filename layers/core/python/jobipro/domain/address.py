"""E-mail addresses: which ones are taken, and the one spelling under which each is looked up."""

import re
import unicodedata
from typing import Literal

from jobipro.domain.errors import FieldError, Invalid

LONGEST_LOCAL_PART = 64
"""Bytes. Source: RFC 5321, 4.5.3.1.1."""
LONGEST_ADDRESS = 254
"""Bytes. Source: RFC 5321, 4.5.3.1.3 (a path of 256 with its angle brackets)."""

type Purpose = Literal["index", "suppression"]

EXPECTED = "An e-mail address such as name@example.com."

_NOT_IN_LOCAL_PART = re.compile(r'[\x00-\x20\x7f"(),:;<>@\[\\\]]')
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_UNWRITABLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}
"""Unicode categories that no address needs: controls, invisible formatting, surrogates, unassigned, blanks."""


def canonical(address: str) -> str:
    """Return the spelling under which an address is looked up; `Invalid` (field `email`) if it is none.

    Trimmed, NFKC, local part casefolded, domain as lower-case A-labels; dots and plus signs stay, since only some
    hosts ignore them. Casefolding can join two mailboxes (`ß` becomes `ss`): mail always goes to the address that an
    account holds, never to the spelling that found it. Doing it twice changes nothing.
    """
    local, domain = _parts(address)
    return f"{_folded(local)}@{domain}"


def deliverable(address: str) -> str:
    """Return an address as mail is sent to it: the local part as its owner writes it, the domain as A-labels.

    `Invalid` (field `email`) for a local part beyond ASCII: SES sends no mail there, so it could never be verified.
    """
    local, domain = _parts(address)
    if not local.isascii():
        raise Invalid(FieldError("email", "An address with plain letters before the @: others cannot be sent mail."))
    return f"{local}@{domain}"


def valid(address: str) -> bool:
    """Tell whether this is an address that mail can be sent to."""
    try:
        canonical(address)
    except Invalid:
        return False
    return True


def mac_message(canonical_address: str, purpose: Purpose) -> bytes:
    """Return the bytes whose MAC stands for an address in keys; index and suppressions can never be matched."""
    return f"jobipro/address/v1\0{purpose}\0{canonical_address}".encode()


def _parts(address: str) -> tuple[str, str]:
    """Return local part and A-label domain of an address that is one."""
    if len(address) > LONGEST_ADDRESS * 2:
        raise _refused()
    local, at, domain = unicodedata.normalize("NFKC", address.strip()).strip().rpartition("@")
    domain = _a_labels(domain)
    right = (
        at
        and _is_local_part(local)
        and _is_local_part(_folded(local))
        and len(_folded(local).encode()) + 1 + len(domain) <= LONGEST_ADDRESS
    )
    if not right:
        raise _refused()
    return local, domain


def _is_local_part(local: str) -> bool:
    """Tell whether this is a dot-atom (RFC 5322, 3.2.3, letters as in RFC 6531); quoted ones are none."""
    return (
        bool(local)
        and not _NOT_IN_LOCAL_PART.search(local)
        and _UNWRITABLE.isdisjoint(map(unicodedata.category, local))
        and not (local.startswith(".") or local.endswith(".") or ".." in local)
        and len(local.encode()) <= LONGEST_LOCAL_PART
    )


def _folded(local: str) -> str:
    """Return a local part without case. Folding can undo NFKC and NFKC bring back case, so both are done twice."""
    for _ in range(2):
        local = unicodedata.normalize("NFKC", local.casefold())
    return local


def _a_labels(domain: str) -> str:
    """Return a domain as lower-case ASCII labels, at least two; `Invalid` if it is no host name."""
    if domain.isascii() and "xn--" not in domain.lower():
        name = domain.lower()
    else:
        import idna  # Its tables are large and hardly anybody needs them.

        try:
            name = idna.encode(domain, uts46=True).decode()
        except UnicodeError:
            raise _refused() from None
    labels = name.split(".")
    top_is_a_word = not labels[-1].isdigit()
    if len(labels) < 2 or not top_is_a_word or not all(map(_LABEL.fullmatch, labels)):
        raise _refused()
    return name


def _refused() -> Invalid:
    return Invalid(FieldError("email", EXPECTED))
