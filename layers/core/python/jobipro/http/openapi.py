"""The API described as OpenAPI 3.1, made from the routes and their models: `python -m jobipro.http.openapi FILE`."""

import inspect
import json
import re
import sys
from collections.abc import Iterable, Mapping
from enum import Enum
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic.json_schema import models_json_schema
from pydantic_core import to_jsonable_python

from jobipro import __version__
from jobipro.domain.errors import (
    FieldError,
    IdempotencyMismatch,
    Invalid,
    LimitReached,
    NotAuthenticated,
    NotFound,
    ServiceError,
    Unavailable,
)
from jobipro.domain.language import Language
from jobipro.http.edge import App
from jobipro.http.problems import (
    PROBLEM_JSON,
    RETRY_UNAVAILABLE,
    BodyTooLarge,
    InternalError,
    MalformedBody,
    Problem,
    WrongMediaType,
    problem,
    status_of,
)
from jobipro.http.reading import JSON
from jobipro.http.schemas import Query
from jobipro.http.views import Page, Terms

type Schema = dict[str, Any]
type Models = Mapping[tuple[Any, Literal["validation", "serialization"]], Schema]
"""Where each model is described, by the direction it travels in."""

ALWAYS: tuple[type[ServiceError], ...] = (LimitReached, InternalError, Unavailable)
"""What any route may answer."""
SHARED: tuple[type[ServiceError], ...] = (*ALWAYS, BodyTooLarge, MalformedBody, NotAuthenticated, NotFound)
"""What reads the same wherever it is the only problem of its status: described once."""

LOGIN = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "The `id_token` that `POST /sessions` gave.",
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Names this attempt: sent again with the same body, it does nothing twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"},
    "example": "b7d1f6c2-0f5e-4c43-9a51-2f6f1f1f7a10",
}
LANGUAGE = {
    "name": "lang",
    "in": "query",
    "required": False,
    "description": "The language of the page; else the one that `Accept-Language` likes best.",
    "schema": {"type": "string", "enum": [str(each) for each in Language]},
}
CORRELATION_ID = {"description": "Names this request in our logs.", "schema": {"type": "string"}}
RETRY_AFTER = {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}


def document(app: App) -> Schema:
    """Describe every route of an app; the same routes always give the same document."""
    routes = [(path, method, view.terms) for path, method, view in app.views()]
    models, components = _schemas(terms for _, _, terms in routes)
    paths: dict[str, Schema] = {}
    for path, method, terms in routes:
        paths.setdefault(path, {})[method.lower()] = _operation(path, method, terms, models, components)
    used = {name: components[name] for name in sorted(components) if not _is_query(name, models)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "JobiPro",
            "version": __version__,
            "description": (
                "The backend of JobiPro, a marketplace for home and trade services in Canada. Times are RFC 3339 in "
                "UTC, ids are opaque, errors are RFC 9457 problems whose `code` is stable."
            ),
        },
        "servers": [{"url": "/"}],
        "tags": _tags(terms for _, _, terms in routes),
        "paths": paths,
        "components": {
            "schemas": used,
            "responses": {_shared(kind): _problem_response([kind]) for kind in sorted(SHARED, key=_shared)},
            "parameters": {"IdempotencyKey": IDEMPOTENCY_KEY, "Language": LANGUAGE},
            "headers": {"CorrelationId": CORRELATION_ID, "RetryAfter": RETRY_AFTER},
            "securitySchemes": {"login": LOGIN},
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
    """Return the folder of the function that answers: `functions.signup.routes` is `signup`."""
    return terms.function.__module__.split(".")[-2 if "." in terms.function.__module__ else 0]


def _tags(routes: Iterable[Terms]) -> list[Schema]:
    described = {_tag(terms): inspect.getdoc(sys.modules[terms.function.__module__]) or "" for terms in routes}
    return [{"name": name, "description": described[name]} for name in sorted(described)]


def _operation(path: str, method: str, terms: Terms, models: Models, components: Mapping[str, Schema]) -> Schema:
    name = terms.function.__name__
    described = inspect.getdoc(terms.function)
    operation: Schema = {
        "operationId": f"{name}_head" if method == "HEAD" else name,
        "tags": [_tag(terms)],
        "summary": terms.summary or name.replace("_", " ").capitalize(),
    }
    if described:
        operation["description"] = described
    parameters = [*_path_parameters(path), *_query_parameters(terms, models, components)]
    if "language" in terms.wants:
        parameters.append({"$ref": "#/components/parameters/Language"})
    if "idempotency_key" in terms.wants:
        parameters.append({"$ref": "#/components/parameters/IdempotencyKey"})
    if parameters:
        operation["parameters"] = parameters
    if terms.body is not None:
        content: Schema = {"schema": models[terms.body, "validation"]}
        sample = example(terms.body)
        if sample is not None:
            content["example"] = sample
        operation["requestBody"] = {"required": True, "content": dict.fromkeys(terms.content_types, content)}
    operation["responses"] = {**_success(method, terms, models), **_problems(terms)}
    operation["security"] = [{"login": []}] if "caller" in terms.wants else []
    return operation


def _path_parameters(path: str) -> list[Schema]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1, "maxLength": 512}}
        for name in re.findall(r"{(\w+)}", path)
    ]


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


def _success(method: str, terms: Terms, models: Models) -> dict[str, Schema]:
    answer = answer_model(terms)
    response: Schema = {
        "description": HTTPStatus(terms.status).phrase,
        "headers": {"X-Correlation-Id": {"$ref": "#/components/headers/CorrelationId"}},
    }
    content: Schema = {}
    if answer is not None:
        schema, one = models[answer, "serialization"], example(answer)
        listed = get_origin(terms.answers) is list
        described: Schema = {"schema": {"type": "array", "items": schema} if listed else schema}
        if one is not None:
            described["example"] = [one] if listed else one
        content[JSON] = described
    if terms.answers is Page or "accepts_html" in terms.wants:
        content["text/html"] = {"schema": {"type": "string"}}
    if content and method != "HEAD":
        response["content"] = content
    return {str(terms.status): response}


def _problems(terms: Terms) -> dict[str, Schema]:
    """Describe every problem a route may answer: those it declares, those of the edge for what it takes."""
    kinds: list[type[ServiceError]] = [*terms.errors]
    if terms.body is not None:
        kinds += [MalformedBody, BodyTooLarge, WrongMediaType, Invalid]
    if terms.query is not None or "idempotency_key" in terms.wants:
        kinds.append(Invalid)
    if "idempotency_key" in terms.wants:
        kinds.append(IdempotencyMismatch)
    if "caller" in terms.wants:
        kinds.append(NotAuthenticated)
    if terms.path:
        kinds.append(NotFound)
    by_status: dict[int, list[type[ServiceError]]] = {}
    for kind in sorted({*kinds, *ALWAYS}, key=lambda each: (status_of(each), each.code)):
        by_status.setdefault(status_of(kind), []).append(kind)
    return {
        str(status): {"$ref": f"#/components/responses/{_shared(alike[0])}"}
        if len(alike) == 1 and alike[0] in SHARED and not (alike[0] is NotFound and terms.lost)
        else _problem_response(alike, terms)
        for status, alike in by_status.items()
    }


def _shared(kind: type[ServiceError]) -> str:
    return kind.__name__


def _problem_response(kinds: list[type[ServiceError]], terms: Terms | None = None) -> Schema:
    headers = {"X-Correlation-Id": {"$ref": "#/components/headers/CorrelationId"}}
    if LimitReached in kinds or Unavailable in kinds:
        headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    samples = {kind.code: {"value": _sample_problem(kind, terms)} for kind in kinds}
    content: Schema = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": samples}}
    if NotFound in kinds and terms is not None and terms.lost:
        content["text/html"] = {"schema": {"type": "string"}}
    return {
        "description": " ".join(dict.fromkeys(kind.sentence for kind in kinds)),
        "headers": headers,
        "content": content,
    }


def _sample_problem(kind: type[ServiceError], terms: Terms | None) -> Schema:
    error: ServiceError
    if issubclass(kind, LimitReached):
        error = kind(RETRY_UNAVAILABLE)
    elif kind is Invalid and terms is not None:
        error = Invalid(FieldError(_first_field(terms), "This is required."))
    elif kind is WrongMediaType and terms is not None:
        error = WrongMediaType(terms.content_types)
    else:
        error = kind()
    return problem(error, "f3c1e5b0-6d5c-4b6e-9b57-0a4a1c2d3e4f").model_dump(exclude_none=True)


def _first_field(terms: Terms) -> str:
    model = terms.body or terms.query
    return next(iter(model.model_fields), "") if model is not None else "Idempotency-Key"


def example(model: type[BaseModel]) -> Schema | None:
    """Return an example of a model: the one it was given, else one put together from its fields; None if none fits."""
    extra = model.model_config.get("json_schema_extra")
    given = extra.get("examples") if isinstance(extra, dict) else None
    if isinstance(given, list) and isinstance(given[0], dict):
        return given[0]
    made: Schema = {}
    for name, field in model.model_fields.items():
        sample = _field_example(field)
        if sample is not None:
            made[field.alias or name] = sample
        elif field.is_required():
            return None
    return made if _fits(made, model) else None


def _fits(sample: Schema, model: type[BaseModel]) -> bool:
    try:
        model.model_validate_json(json.dumps(sample))
    except ValidationError:
        return False
    return True


def _field_example(field: FieldInfo) -> object:
    if field.examples:
        return to_jsonable_python(field.examples[0])
    if not field.is_required():
        return None
    kind = field.annotation
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind)).value
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return example(kind)
    return None


if __name__ == "__main__":
    main(*sys.argv[1:])
