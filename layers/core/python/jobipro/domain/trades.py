"""The kinds of work that people ask for and providers do."""

from collections.abc import Mapping
from enum import StrEnum

from jobipro.domain.language import Language


class Trade(StrEnum):
    """A kind of work, by the name that API and tables use."""

    APPLIANCE_REPAIR = "appliance_repair"
    CARPENTRY = "carpentry"
    CLEANING = "cleaning"
    DRYWALL = "drywall"
    ELECTRICAL = "electrical"
    FENCING = "fencing"
    FLOORING = "flooring"
    HANDYMAN = "handyman"
    HVAC = "hvac"
    INSULATION = "insulation"
    JUNK_REMOVAL = "junk_removal"
    LANDSCAPING = "landscaping"
    LOCKSMITH = "locksmith"
    MASONRY = "masonry"
    MOVING = "moving"
    PAINTING = "painting"
    PAVING = "paving"
    PEST_CONTROL = "pest_control"
    PLUMBING = "plumbing"
    POOLS = "pools"
    ROOFING = "roofing"
    SNOW_REMOVAL = "snow_removal"
    TREE_CARE = "tree_care"
    WINDOWS = "windows"


NAMES: Mapping[Trade, Mapping[Language, str]] = {
    Trade.APPLIANCE_REPAIR: {Language.EN: "Appliance repair", Language.FR: "Réparation d'électroménagers"},
    Trade.CARPENTRY: {Language.EN: "Carpentry", Language.FR: "Menuiserie"},
    Trade.CLEANING: {Language.EN: "Cleaning", Language.FR: "Ménage"},
    Trade.DRYWALL: {Language.EN: "Drywall", Language.FR: "Plâtrerie"},
    Trade.ELECTRICAL: {Language.EN: "Electrical work", Language.FR: "Électricité"},
    Trade.FENCING: {Language.EN: "Fences and decks", Language.FR: "Clôtures et terrasses"},
    Trade.FLOORING: {Language.EN: "Flooring", Language.FR: "Revêtement de sol"},
    Trade.HANDYMAN: {Language.EN: "Handyman", Language.FR: "Homme à tout faire"},
    Trade.HVAC: {
        Language.EN: "Heating, ventilation and air conditioning",
        Language.FR: "Chauffage, ventilation et climatisation",
    },
    Trade.INSULATION: {Language.EN: "Insulation", Language.FR: "Isolation"},
    Trade.JUNK_REMOVAL: {Language.EN: "Junk removal", Language.FR: "Enlèvement de débris"},
    Trade.LANDSCAPING: {Language.EN: "Landscaping", Language.FR: "Aménagement paysager"},
    Trade.LOCKSMITH: {Language.EN: "Locksmith", Language.FR: "Serrurerie"},
    Trade.MASONRY: {Language.EN: "Masonry", Language.FR: "Maçonnerie"},
    Trade.MOVING: {Language.EN: "Moving", Language.FR: "Déménagement"},
    Trade.PAINTING: {Language.EN: "Painting", Language.FR: "Peinture"},
    Trade.PAVING: {Language.EN: "Paving", Language.FR: "Pavage"},
    Trade.PEST_CONTROL: {Language.EN: "Pest control", Language.FR: "Extermination"},
    Trade.PLUMBING: {Language.EN: "Plumbing", Language.FR: "Plomberie"},
    Trade.POOLS: {Language.EN: "Pools and spas", Language.FR: "Piscines et spas"},
    Trade.ROOFING: {Language.EN: "Roofing", Language.FR: "Toiture"},
    Trade.SNOW_REMOVAL: {Language.EN: "Snow removal", Language.FR: "Déneigement"},
    Trade.TREE_CARE: {Language.EN: "Tree care", Language.FR: "Entretien d'arbres"},
    Trade.WINDOWS: {Language.EN: "Windows and doors", Language.FR: "Portes et fenêtres"},
}
