"""Examples for the API's description: of models, put together from their fields, and of problems."""

import json
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from jobipro.domain.errors import FieldError, Invalid, LimitReached, ServiceError
from jobipro.http.problems import RETRY_UNAVAILABLE, WrongMediaType, problem
from jobipro.http.views import Terms


def example(model: type[BaseModel]) -> dict[str, Any] | None:
    """Return an example of a model, put together from those of its fields; None if it does not come to fit."""
    made: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        sample = _field_example(field)
        if sample is not None:
            made[field.alias or name] = sample
        elif field.is_required():
            return None
    return made if _fits(made, model) else None


def sample_problem(kind: type[ServiceError], terms: Terms | None) -> dict[str, Any]:
    """Return an error as a route of these terms words it, or as any route does."""
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


def _fits(sample: dict[str, Any], model: type[BaseModel]) -> bool:
    try:
        model.model_validate_json(json.dumps(sample))
    except ValidationError:
        return False
    return True


def _field_example(field: FieldInfo) -> object:
    if field.examples:
        return to_jsonable_python(field.examples[0])
    return _made(field.annotation) if field.is_required() else None


def _made(kind: Any) -> object:
    """Return an example of what a type says by itself."""
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    if get_origin(kind) is list:
        one = _made(get_args(kind)[0])
        return None if one is None else [one]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind)).value
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return example(kind)
    return None


def _first_field(terms: Terms) -> str:
    model = terms.body or terms.query
    return next(iter(model.model_fields), "") if model is not None else "Idempotency-Key"
