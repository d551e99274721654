"""The thirteen provinces and territories: their names and their clocks."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from jobipro.domain.language import Language


class Province(StrEnum):
    """A province or territory, by the two letters that Canada Post gives it."""

    AB = "AB"
    BC = "BC"
    MB = "MB"
    NB = "NB"
    NL = "NL"
    NS = "NS"
    NT = "NT"
    NU = "NU"
    ON = "ON"
    PE = "PE"
    QC = "QC"
    SK = "SK"
    YT = "YT"


NAMES: Mapping[Province, Mapping[Language, str]] = {
    Province.AB: {Language.EN: "Alberta", Language.FR: "Alberta"},
    Province.BC: {Language.EN: "British Columbia", Language.FR: "Colombie-Britannique"},
    Province.MB: {Language.EN: "Manitoba", Language.FR: "Manitoba"},
    Province.NB: {Language.EN: "New Brunswick", Language.FR: "Nouveau-Brunswick"},
    Province.NL: {Language.EN: "Newfoundland and Labrador", Language.FR: "Terre-Neuve-et-Labrador"},
    Province.NS: {Language.EN: "Nova Scotia", Language.FR: "Nouvelle-Écosse"},
    Province.NT: {Language.EN: "Northwest Territories", Language.FR: "Territoires du Nord-Ouest"},
    Province.NU: {Language.EN: "Nunavut", Language.FR: "Nunavut"},
    Province.ON: {Language.EN: "Ontario", Language.FR: "Ontario"},
    Province.PE: {Language.EN: "Prince Edward Island", Language.FR: "Île-du-Prince-Édouard"},
    Province.QC: {Language.EN: "Quebec", Language.FR: "Québec"},
    Province.SK: {Language.EN: "Saskatchewan", Language.FR: "Saskatchewan"},
    Province.YT: {Language.EN: "Yukon", Language.FR: "Yukon"},
}

ZONES: Mapping[Province, ZoneInfo] = {
    Province.AB: ZoneInfo("America/Edmonton"),
    Province.BC: ZoneInfo("America/Vancouver"),
    Province.MB: ZoneInfo("America/Winnipeg"),
    Province.NB: ZoneInfo("America/Moncton"),
    Province.NL: ZoneInfo("America/St_Johns"),
    Province.NS: ZoneInfo("America/Halifax"),
    Province.NT: ZoneInfo("America/Edmonton"),
    Province.NU: ZoneInfo("America/Iqaluit"),
    Province.ON: ZoneInfo("America/Toronto"),
    Province.PE: ZoneInfo("America/Halifax"),
    Province.QC: ZoneInfo("America/Toronto"),
    Province.SK: ZoneInfo("America/Regina"),
    Province.YT: ZoneInfo("America/Whitehorse"),
}
"""The zone in which most people of each province live, for birthdays and quiet hours.

BC, NL, NU, ON, QC and SK have more than one (Labrador is half an hour behind St. John's, for one); nobody is asked for
theirs, so an hour either way is accepted. Source: IANA time zone database, `zone1970.tab`; names that it kept only as
links to another (Yellowknife, Montreal) are left out, since not every machine has the links.
"""


def day_in(province: Province, now: datetime) -> date:
    """Return which day it is in a province at an instant (an aware datetime)."""
    return now.astimezone(ZONES[province]).date()
