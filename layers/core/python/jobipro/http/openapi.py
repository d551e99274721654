"""The API described as OpenAPI 3.1, made from the routes and their models: `python -m jobipro.http.openapi FILE`."""

import inspect
import json
import re
import sys
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from jobipro import __version__
from jobipro.domain.errors import (
    IdempotencyMismatch,
    Invalid,
    LimitReached,
    NotAuthenticated,
    NotFound,
    ServiceError,
    Unavailable,
)
from jobipro.http.edge import App
from jobipro.http.openapi_components import ABOUT, COMPONENTS, CORRELATED, PAGE, SERVERS, Schema
from jobipro.http.openapi_examples import example, sample_problem
from jobipro.http.problems import (
    PROBLEM_JSON,
    BodyTooLarge,
    InternalError,
    MalformedBody,
    Problem,
    WrongMediaType,
    status_of,
)
from jobipro.http.reading import JSON
from jobipro.http.schemas import Body, Query
from jobipro.http.views import Page, Signature, Terms

type Models = Mapping[tuple[Any, Literal["validation", "serialization"]], Schema]
"""Where each model is described, by the direction it travels in."""

ALWAYS: tuple[type[ServiceError], ...] = (LimitReached, InternalError, Unavailable)
"""What any route may answer."""
SHARED: tuple[type[ServiceError], ...] = (*ALWAYS, BodyTooLarge, MalformedBody, NotAuthenticated, NotFound)
"""What reads the same wherever it is the only problem of its status: described once."""
BODYLESS = frozenset({"GET", "HEAD"})


def document(app: App) -> Schema:
    """Describe every route of an app, in their order; the same routes always give the same document."""
    routes = [(path, method, view.terms) for path, method, view in app.views()]
    models, components = _schemas(terms for _, _, terms in routes)
    paths: dict[str, Schema] = {}
    for path, method, terms in routes:
        paths.setdefault(path, {})[method.lower()] = _operation(path, method, terms, models, components)
    used = {name: components[name] for name in sorted(components) if not _is_query(name, models)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "JobiPro", "version": __version__, "description": _flowing(ABOUT)},
        "servers": SERVERS,
        "tags": _tags(terms for _, _, terms in routes),
        "paths": paths,
        "components": {
            "schemas": used,
            "responses": {_shared(kind): _problem_response([kind]) for kind in sorted(SHARED, key=_shared)},
            **COMPONENTS,
        },
    }


def main(target: str, source: str = "app") -> None:
    """Write the document of the app in a module (`app.py` by default) to a file."""
    app: App = import_module(source).app
    Path(target).write_text(json.dumps(document(app), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _schemas(routes: Iterable[Terms]) -> tuple[Models, dict[str, Schema]]:
    wanted: dict[tuple[type[BaseModel], Literal["validation", "serialization"]], None] = {}
    for terms in routes:
        for model in (terms.body, terms.query):
            if model is not None:
                wanted[model, "validation"] = None
        answer = answer_model(terms)
        if answer is not None:
            wanted[answer, "serialization"] = None
    wanted[Problem, "serialization"] = None
    models, definitions = models_json_schema(list(wanted), ref_template="#/components/schemas/{model}")
    return models, _untitled(definitions.get("$defs", {}))


def _untitled(definitions: Mapping[str, Schema]) -> dict[str, Schema]:
    """Leave out the titles that pydantic derives from names: they say nothing that the names do not."""
    cleaned: dict[str, Schema] = {}
    for name, schema in definitions.items():
        cleaned[name] = _without_title(schema)
        if "properties" in schema:
            cleaned[name]["properties"] = {
                field: _without_title(described) for field, described in schema["properties"].items()
            }
    return cleaned


def _without_title(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key != "title"}


def _is_query(name: str, models: Models) -> bool:
    return any(issubclass(model, Query) and _name(ref) == name for (model, _), ref in models.items())


def _name(reference: Schema) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def answer_model(terms: Terms) -> type[BaseModel] | None:
    """Return the model that a view answers with, or has a list of; None for a page or no body."""
    answers = get_args(terms.answers)[0] if get_origin(terms.answers) is list else terms.answers
    return answers if isinstance(answers, type) and issubclass(answers, BaseModel) else None


def _tag(terms: Terms) -> str:
    """Return the folder of the function that answers: `functions.request_posting.routes` is `request-posting`."""
    return terms.function.__module__.split(".")[-2 if "." in terms.function.__module__ else 0].replace("_", "-")


def _tags(routes: Iterable[Terms]) -> list[Schema]:
    described = {_tag(terms): inspect.getdoc(sys.modules[terms.function.__module__]) or "" for terms in routes}
    return [{"name": name, "description": description} for name, description in described.items()]


def _operation(path: str, method: str, terms: Terms, models: Models, components: Mapping[str, Schema]) -> Schema:
    name = terms.function.__name__
    described = inspect.getdoc(terms.function)
    operation: Schema = {
        "operationId": f"{name}_head" if method == "HEAD" else name,
        "tags": [_tag(terms)],
        "summary": terms.summary or name.replace("_", " ").capitalize(),
    }
    if described:
        operation["description"] = _flowing(described)
    parameters = [
        *_path_parameters(path, terms),
        *_query_parameters(terms, models, components),
        *_signature_parameters(terms),
        *_shared_parameters(terms),
    ]
    if parameters:
        operation["parameters"] = parameters
    if terms.signed is not None:
        operation["requestBody"] = _signed_body(terms.signed)
    if terms.body is not None:
        operation["requestBody"] = _request_body(terms, terms.body, models)
    responses = {**_success(terms, models), **_problems(method, terms)}
    operation["responses"] = _without_content(responses) if method == "HEAD" else responses
    operation["security"] = [{"login": []}] if "caller" in terms.wants else []
    return operation


def _flowing(text: str) -> str:
    """Return a text with each paragraph on one line: renderers take a line's end for a break."""
    return re.sub(r"(?<!\n)\n(?!\n)", " ", text).strip()


def _path_parameters(path: str, terms: Terms) -> list[Schema]:
    signature = inspect.signature(terms.function).parameters
    parameters: list[Schema] = []
    for name in re.findall(r"{(\w+)}", path):
        told = TypeAdapter(signature[name].annotation).json_schema()
        schema = {"type": "string", "minLength": 1, "maxLength": 512, "pattern": "^[\\x21-\\x7e]+$"}
        parameter: Schema = {"name": name, "in": "path", "required": True, "schema": schema}
        if "description" in told:
            parameter["description"] = told["description"]
        if "examples" in told:
            parameter["example"] = told["examples"][0]
        parameters.append(parameter)
    return parameters


def _query_parameters(terms: Terms, models: Models, components: Mapping[str, Schema]) -> list[Schema]:
    if terms.query is None:
        return []
    schema = components[_name(models[terms.query, "validation"])]
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", []),
            **({"description": of["description"]} if "description" in of else {}),
            "schema": {key: value for key, value in of.items() if key != "description"},
        }
        for name, of in schema.get("properties", {}).items()
    ]


def _signature_parameters(terms: Terms) -> list[Schema]:
    if terms.signed is None:
        return []
    described = {"description": "Made over the bytes of the body.", "schema": {"type": "string"}}
    return [{"name": terms.signed.header, "in": "header", "required": True, **described, "example": terms.signed.looks}]


def _signed_body(signature: Signature) -> Schema:
    """Describe a body that whoever signs it describes."""
    content = {"schema": {"type": "object"}, "example": dict(signature.example)}
    return {"required": True, "content": {JSON: content}}


def _shared_parameters(terms: Terms) -> list[Schema]:
    names = []
    if "language" in terms.wants:
        names += ["Language", "AcceptLanguage"]
    if "idempotency_key" in terms.wants:
        names.append("IdempotencyKey")
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _request_body(terms: Terms, model: type[Body], models: Models) -> Schema:
    content: Schema = {"schema": models[model, "validation"]}
    sample = example(model)
    if sample is not None:
        content["example"] = sample
    return {"required": not model.may_be_left_out, "content": dict.fromkeys(terms.content_types, content)}


def _success(terms: Terms, models: Models) -> dict[str, Schema]:
    answer = answer_model(terms)
    response: Schema = {"description": HTTPStatus(terms.status).phrase, "headers": CORRELATED}
    content: Schema = {}
    if answer is not None:
        schema, one = models[answer, "serialization"], example(answer)
        listed = get_origin(terms.answers) is list
        described: Schema = {"schema": {"type": "array", "items": schema} if listed else schema}
        if one is not None:
            described["example"] = [one] if listed else one
        content[JSON] = described
    if terms.answers is Page or "accepts_html" in terms.wants:
        content["text/html"] = PAGE
    if content:
        response["content"] = content
    return {str(terms.status): response}


def _problems(method: str, terms: Terms) -> dict[str, Schema]:
    """Describe every problem a route may answer: those it declares, those of the edge for what it takes."""
    by_status: dict[int, list[type[ServiceError]]] = {}
    for kind in sorted({*_kinds(method, terms)}, key=lambda each: (status_of(each), each.code)):
        by_status.setdefault(status_of(kind), []).append(kind)
    return {
        str(status): {"$ref": f"#/components/responses/{_shared(alike[0])}"}
        if len(alike) == 1 and alike[0] in SHARED and method != "HEAD" and not _as_page(alike[0], terms)
        else _problem_response(alike, terms)
        for status, alike in by_status.items()
    }


def _kinds(method: str, terms: Terms) -> list[type[ServiceError]]:
    kinds: list[type[ServiceError]] = [*ALWAYS, *terms.errors]
    if method not in BODYLESS:
        kinds.append(BodyTooLarge)
    if terms.signed is not None:
        kinds.append(MalformedBody)
    if terms.body is not None:
        kinds += [MalformedBody, WrongMediaType, Invalid]
    if terms.query is not None or "idempotency_key" in terms.wants:
        kinds.append(Invalid)
    if "idempotency_key" in terms.wants:
        kinds.append(IdempotencyMismatch)
    if "caller" in terms.wants:
        kinds.append(NotAuthenticated)
    if terms.path:
        kinds.append(NotFound)
    return kinds


def _as_page(kind: type[ServiceError], terms: Terms) -> bool:
    """Tell whether a browser may get a page in place of this problem."""
    return (kind is NotFound and terms.lost is not None) or ("accepts_html" in terms.wants and kind in terms.errors)


def _shared(kind: type[ServiceError]) -> str:
    return kind.__name__


def _problem_response(kinds: list[type[ServiceError]], terms: Terms | None = None) -> Schema:
    codes = [kind.code for kind in kinds]
    schema = {
        "allOf": [{"$ref": "#/components/schemas/Problem"}],
        "properties": {"status": {"const": status_of(kinds[0])}, "code": {"enum": codes}},
    }
    samples = {kind.code: {"value": sample_problem(kind, terms)} for kind in kinds}
    content: Schema = {PROBLEM_JSON: {"schema": schema, "examples": samples}}
    if terms is not None and any(_as_page(kind, terms) for kind in kinds):
        content["text/html"] = PAGE
    return {
        "description": " ".join(dict.fromkeys(kind.sentence for kind in kinds)),
        "headers": _headers(kinds[0]),
        "content": content,
    }


def _headers(kind: type[ServiceError]) -> Schema:
    named: Mapping[type[ServiceError], Schema] = {
        LimitReached: {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}},
        Unavailable: {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}},
        NotAuthenticated: {"WWW-Authenticate": {"$ref": "#/components/headers/WwwAuthenticate"}},
        WrongMediaType: {"Accept": {"$ref": "#/components/headers/Accept"}},
    }
    return CORRELATED | next((own for known, own in named.items() if issubclass(kind, known)), {})


def _without_content(responses: Mapping[str, Schema]) -> dict[str, Schema]:
    """Describe the same answers as a HEAD request gets them."""
    return {
        status: {key: value for key, value in response.items() if key != "content"}
        for status, response in responses.items()
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
