"""`make scale`: reckons what so many people and so many requests a day cost, and what is in the way first."""

import argparse
import sys

from infra.scale.bill import bill
from infra.scale.bounds import own_bounds, quotas
from infra.scale.day import LARGE, Load
from infra.scale.page import number

NOTE = "List prices and quotas of 2025, to be checked where docs/scale.md says; what is guessed stands there too."


def main() -> int:
    """Print the bill of a month and what the busiest second takes of each bound; return the exit status."""
    parser = argparse.ArgumentParser(prog="make scale", description=__doc__)
    parser.add_argument("--people", default=str(LARGE.people), help="people with an account")
    parser.add_argument("--requests", default=str(LARGE.requests), help="service requests a day")
    given = parser.parse_args()
    if not (given.people.isdecimal() and given.requests.isdecimal()):
        print("PEOPLE and REQUESTS are numbers, such as PEOPLE=50000 REQUESTS=10000.", file=sys.stderr)
        return 1
    load = Load(int(given.people), int(given.requests))
    print(f"{load.people:,} people, {load.requests:,} requests a day. A month, in US dollars:\n")
    lines = sorted(bill(load), key=lambda each: -each.dollars)
    for line in lines:
        print(f"  {line.dollars:>12,.2f}  {line.what}: {number(line.amount)} at {line.price}")
    print(f"  {sum(line.dollars for line in lines):>12,.2f}  together\n\nThe busiest second, of what is bounded:\n")
    for bound in (*quotas(load), *own_bounds(load)):
        print(f"  {bound.times:>10,.3f} ×  {bound.what}: {number(bound.taken)} of {bound.limit:,.0f} {bound.unit}")
    print(f"\n{NOTE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
