"""The HTTP edge: the app, the view decorator, what comes in and goes out. It alone knows statuses and headers."""

from jobipro.domain.callers import Caller
from jobipro.http.edge import App, create_app, entry
from jobipro.http.reading import FORM, JSON, MULTIPART, count, tell
from jobipro.http.schemas import (
    Accepted,
    Answer,
    Body,
    Day,
    Expected,
    Instant,
    Line,
    LinkToken,
    Paging,
    Query,
    never_null,
    within,
)
from jobipro.http.views import Page, Signature, Signed, view

__all__ = [
    "FORM",
    "JSON",
    "MULTIPART",
    "Accepted",
    "Answer",
    "App",
    "Body",
    "Caller",
    "Day",
    "Expected",
    "Instant",
    "Line",
    "LinkToken",
    "Page",
    "Paging",
    "Query",
    "Signature",
    "Signed",
    "count",
    "create_app",
    "entry",
    "never_null",
    "tell",
    "view",
    "within",
]
