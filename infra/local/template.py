"""Reads CloudFormation templates: YAML whose tags stand for intrinsic functions."""

from pathlib import Path
from typing import Any

import yaml

from infra.local.failure import CannotRun

type Template = dict[str, Any]


class _Loader(yaml.SafeLoader):
    """Turns `!Ref x` into `{"Ref": "x"}` and `!GetAtt a.b` into `{"Fn::GetAtt": ["a", "b"]}`."""


def _intrinsic(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _intrinsic)


def read_template(path: Path) -> Template:
    """Return a template with its intrinsic functions in their long form."""
    try:
        loaded = _Loader(path.read_text()).get_single_data()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise CannotRun(f"{path.name}{where} is not YAML that can be read: mend it, 'make check' tells more.") from None
    return dict(loaded)
