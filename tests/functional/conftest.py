"""Speaking HTTP to an app through its Lambda entry, with events as API Gateway's REST API sends them."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from jobipro.http import App, entry
from tests import events


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        return str(self.json["code"])

    @property
    def errors(self) -> dict[str, str]:
        return {each["field"]: each["expected"] for each in self.json.get("errors", [])}


class Api:
    """An app as its callers see it; paths are written out, and the route they belong to is found."""

    def __init__(self, app: App) -> None:
        self._routes = [path for path, _, _ in app.views()]
        self._handler = entry(app)

    def get(self, path: str, **rest: Any) -> Reply:
        return self.request("GET", path, **rest)

    def post(self, path: str, json: object = None, **rest: Any) -> Reply:
        return self.request("POST", path, json=json, **rest)

    def request(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        body: str | None = None,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        caller: str | Mapping[str, str] | None = None,
        source: str = "203.0.113.7",
    ) -> Reply:
        """Send one request. `raw` travels as base64; `caller` is a subject id or the claims of a token."""
        event = events.load("rest_get")
        route, values = self._route(path)
        event["requestContext"] |= {"resourcePath": route, "httpMethod": method}
        event["requestContext"]["identity"]["sourceIp"] = source
        event |= {"httpMethod": method, "resource": route, "path": path, "pathParameters": values or None}
        if query is not None:
            event["queryStringParameters"] = dict(query)
            event["multiValueQueryStringParameters"] = {name: [value] for name, value in query.items()}
        if caller is not None:
            claims = {"cognito:username": caller} if isinstance(caller, str) else dict(caller)
            event["requestContext"]["authorizer"] = {"claims": events.load("claims") | claims}
        if json is not None:
            body, headers = dumps(json), {"Content-Type": "application/json", **(headers or {})}
        if raw is not None:
            body, event["isBase64Encoded"] = base64.b64encode(raw).decode(), True
        event["body"] = body
        for name, value in (headers or {}).items():
            event["headers"][name] = value
            event["multiValueHeaders"][name] = [value]
        return self.send(event)

    def send(self, event: object) -> Reply:
        """Hand over an event as it is."""
        answer = self._handler(event, None)
        return Reply(answer["statusCode"], answer["headers"], answer["body"])

    def _route(self, path: str) -> tuple[str, dict[str, str]]:
        for route in self._routes:
            found = re.fullmatch(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", route), path)
            if found:
                return route, {name: unquote(value) for name, value in found.groupdict().items()}
        return path, {}


def dumps(value: object) -> str:
    """Write JSON as a careless caller would: letters beyond ASCII as they are."""
    return json.dumps(value, ensure_ascii=False)
