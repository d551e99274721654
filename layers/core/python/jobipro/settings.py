"""The environment of a function, read once into one frozen object."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints


class SettingsError(Exception):
    """Variables that are missing or do not fit; names them, never their values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What every function is told; a function's own settings are a subclass.

    `allowed_origins` are the web origins whose pages may call the API; `*` stands for all, none is the default.
    """

    stage: str
    service_version: str
    allowed_origins: tuple[str, ...] = ()


def read[T](shape: type[T], environ: Mapping[str, str]) -> T:
    """Fill a dataclass from variables named like its fields in capitals.

    A field is a `str`, an `int`, a `tuple[str, ...]` (comma-separated), a `Mapping` (a JSON object) or another
    dataclass, whose fields are looked up the same way. An empty variable counts as missing where text or a number is
    due. SettingsError names every variable that is missing or does not fit.
    """
    wrong: list[str] = []
    filled = _filled(shape, environ, wrong)
    if wrong:
        raise SettingsError("; ".join(wrong))
    return shape(**filled)


def _filled(shape: type, environ: Mapping[str, str], wrong: list[str]) -> dict[str, Any]:
    kinds = get_type_hints(shape)
    values: dict[str, Any] = {}
    for field in fields(shape):
        kind = kinds[field.name]
        variable = field.name.upper()
        if is_dataclass(kind) and isinstance(kind, type):
            before = len(wrong)
            nested = _filled(kind, environ, wrong)
            if len(wrong) == before:
                values[field.name] = kind(**nested)
            continue
        text = environ.get(variable)
        if text is None or (text == "" and kind in (str, int)):
            if not _has_default(field):
                wrong.append(f"{variable} is missing")
            continue
        try:
            values[field.name] = _converted(text, kind)
        except ValueError:
            wrong.append(f"{variable} does not fit")
    return values


def _has_default(field: Field[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def _converted(text: str, kind: Any) -> object:
    if kind is str:
        return text
    if kind is int:
        return int(text)
    if get_origin(kind) is tuple and get_args(kind) == (str, ...):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if isinstance(get_origin(kind), type) and issubclass(get_origin(kind), Mapping):
        value = json.loads(text)
        if not isinstance(value, dict):
            raise ValueError("not a JSON object")
        return value
    raise TypeError(f"a setting cannot be a {kind}")
