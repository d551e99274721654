"""Who is old enough to register: Canada's ages of majority."""

from collections.abc import Mapping
from datetime import date

from jobipro.domain.provinces import Province

AGE_OF_MAJORITY: Mapping[Province, int] = {
    Province.AB: 18,
    Province.BC: 19,
    Province.MB: 18,
    Province.NB: 19,
    Province.NL: 19,
    Province.NS: 19,
    Province.NT: 19,
    Province.NU: 19,
    Province.ON: 18,
    Province.PE: 18,
    Province.QC: 18,
    Province.SK: 18,
    Province.YT: 19,
}
"""Years of age. Source: shared statutory rules, "age of majority" (the provincial and territorial acts)."""

OLDEST_AGE = 130
"""Years of age beyond which a date of birth is taken for a slip; the oldest person on record reached 122."""


def birthday(born: date, age: int) -> date:
    """Return the day on which a person reaches an age; 29 February counts as 1 March in other years."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


def came_of_age_on(born: date, province: Province) -> date:
    """Return the first day on which a person is of age in a province."""
    return birthday(born, AGE_OF_MAJORITY[province])


def is_of_age(born: date, province: Province, today: date) -> bool:
    """Tell whether a person has reached the age of majority of their province.

    A birthday counts from its first moment; `today` is the day in that province. Somebody not born yet is not of age.
    """
    return born <= today and came_of_age_on(born, province) <= today


def plausible(born: date, today: date) -> bool:
    """Tell whether somebody alive can have been born then: not after today, and no more than 130 years ago."""
    return born <= today and today.year - born.year <= OLDEST_AGE
