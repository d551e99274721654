"""The headers of every answer: what browsers must not do with it, and which web pages may read it."""

from collections.abc import Mapping

SECURITY: Mapping[str, str] = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""What an answer carries unless its view said otherwise. HSTS lasts two years, as preload lists ask."""

EXPOSED = "Allow, Retry-After, X-Correlation-Id"
"""What scripts of other origins may read besides what the CORS protocol lets them."""


def cors(allowed: tuple[str, ...], origin: str | None) -> dict[str, str]:
    """Return the headers that let an allowed origin's pages read the answer; logging in needs no cookies, so none."""
    if "*" in allowed:
        return {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": EXPOSED}
    if origin is not None and origin in allowed:
        return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": EXPOSED, "Vary": "Origin"}
    return {"Vary": "Origin"}
