"""What the API's description says once for all routes: about itself, log-in, header parameters and headers."""

from typing import Any

type Schema = dict[str, Any]

ABOUT = """\
The backend of JobiPro, a marketplace for home and trade services in Canada.

**Log-in.** `POST /sessions` gives an `id_token`. It goes into the header `Authorization` as it is, with no word
before it, and is good for 15 minutes; `POST /sessions/refresh` gives a new one. The examples make up one story: sign
up, follow the link in the mail, log in, and go on with the token.

**Errors** are RFC 9457 problems, `application/problem+json`. Their `code` stays the same, `errors` names each field
that was wrong and what was expected there, and nothing that was sent is repeated. Each answer names its request in
`X-Correlation-Id`.

**Trying again.** 429 and 503 say in `Retry-After` when. A route that takes an `Idempotency-Key` does nothing twice
for the same key and body.

**Lists** come in pages: send `next` of one page as `cursor` for the following one; the last page has no `next`.
Times are RFC 3339 in UTC, ids are opaque.
"""

SERVERS: list[Schema] = [{"url": "http://127.0.0.1:8000", "description": "What `make run` starts on this machine."}]

LOGIN: Schema = {
    "type": "apiKey",
    "in": "header",
    "name": "Authorization",
    "description": "The `id_token` that `POST /sessions` gave, as it is: no `Bearer` before it.",
}

IDEMPOTENCY_KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Names this attempt, best by a UUID: sent again with the same body, it does nothing twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"},
}
LANGUAGE: Schema = {
    "name": "lang",
    "in": "query",
    "required": False,
    "description": "The language of the page, `en` or `fr`; with anything else `Accept-Language` decides.",
    "schema": {"type": "string"},
    "example": "fr",
}
ACCEPT_LANGUAGE: Schema = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "description": "The languages that a browser likes, best first; English where none of ours is among them.",
    "schema": {"type": "string"},
    "example": "fr-CA, en;q=0.5",
}

CORRELATION_ID: Schema = {
    "description": "Names this request in our logs.",
    "schema": {"type": "string"},
    "example": "f3c1e5b0-6d5c-4b6e-9b57-0a4a1c2d3e4f",
}
RETRY_AFTER: Schema = {
    "description": "Seconds to wait.",
    "schema": {"type": "integer", "minimum": 1},
    "example": 5,
}
WWW_AUTHENTICATE: Schema = {
    "description": "That a log-in is wanted.",
    "schema": {"type": "string", "const": "Bearer"},
    "example": "Bearer",
}
ACCEPT: Schema = {
    "description": "The media types that the route reads.",
    "schema": {"type": "string"},
    "example": "application/json",
}

PAGE: Schema = {
    "schema": {"type": "string", "contentMediaType": "text/html"},
    "example": '<!doctype html>\n<html lang="fr">…</html>',
}
"""A page, in whichever answer it comes."""

CORRELATED: Schema = {"X-Correlation-Id": {"$ref": "#/components/headers/CorrelationId"}}

COMPONENTS: Schema = {
    "parameters": {"AcceptLanguage": ACCEPT_LANGUAGE, "IdempotencyKey": IDEMPOTENCY_KEY, "Language": LANGUAGE},
    "headers": {
        "Accept": ACCEPT,
        "CorrelationId": CORRELATION_ID,
        "RetryAfter": RETRY_AFTER,
        "WwwAuthenticate": WWW_AUTHENTICATE,
    },
    "securitySchemes": {"login": LOGIN},
}
"""The components that are the same whatever routes there are."""
