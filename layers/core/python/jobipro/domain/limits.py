"""How often something may be done: one table of counters, each over windows of fixed length."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from ipaddress import IPv6Address, IPv6Network, ip_address


@dataclass(frozen=True, slots=True)
class Rule:
    """At most `count` times in each window of `window_seconds`."""

    name: str
    count: int
    window_seconds: int


RULES: Mapping[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule("sign-up.address", 5, 3600),
        Rule("sign-up.source", 60, 3600),
        Rule("log-in.address", 10, 900),
        Rule("password-reset.address", 5, 3600),
        Rule("mail.unproven", 3, 3600),
        Rule("privacy.intake", 3, 86400),
        Rule("request.posted", 10, 86400),
        Rule("opportunity.mail", 20, 86400),
        Rule("upload.announced", 60, 86400),
    )
}
"""What is counted per e-mail address, network source, customer or provider. Source: the design, "HTTP API"."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in which a rule counts: its name as a sort key, and when it is over."""

    start: str
    retry_after: int
    """Whole seconds until the next window, at least 1."""
    ends_at: int
    """Epoch seconds; the counter is of no use afterwards."""


def with_overrides(counts: Mapping[str, int]) -> Mapping[str, Rule]:
    """Return the rules with some counts replaced, as a stage may ask.

    Raises ValueError for a rule that does not exist and for a count that is not a whole number of at least 1.
    """
    for name, count in counts.items():
        if name not in RULES:
            raise ValueError(f"There is no limit named {name!r}; there are: {', '.join(RULES)}.")
        if type(count) is not int or count < 1:
            raise ValueError(f"The limit {name!r} needs a whole number of at least 1.")
    return {name: replace(rule, count=counts.get(name, rule.count)) for name, rule in RULES.items()}


def network_of(source: str) -> str:
    """Return what a network address is counted under: itself, or of IPv6 the /64 that each line has to itself.

    Source: RFC 6177, which gives every site at least one /64, within which a machine picks addresses as it likes.
    """
    try:
        address = ip_address(source)
    except ValueError:
        return source
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or IPv6Network((int(address), 64), strict=False))


def window_of(rule: Rule, now: datetime) -> Window:
    """Return the window that an instant falls into.

    Windows start at multiples of their length since the epoch, so every process agrees without a read; the price is
    that twice the count can pass in a row around the moment where two windows meet.
    """
    second = int(now.timestamp())
    start = second - second % rule.window_seconds
    ends_at = start + rule.window_seconds
    return Window(start=str(start), retry_after=ends_at - second, ends_at=ends_at)
