"""The functions' own handlers in this process, each imported afresh with the environment that it has when deployed."""

import gc
import importlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from infra.local.settings import ROOT

REMAINS = 100
"""Of how many processes the memory is in use at most."""

type Handler = Callable[[Any, Any], Any]

FOLDERS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/handler.py"))


@dataclass(frozen=True, slots=True)
class Context:
    """What Lambda says about an invocation."""

    function_name: str
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:ca-central-1:000000000000:function:bare"
    aws_request_id: str = "00000000-0000-4000-8000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """Return a whole tick's time."""
        return 55_000


class Processes:
    """One process a function, started when first asked for."""

    def __init__(self, environments: Mapping[str, Mapping[str, str]]) -> None:
        self._environments = environments
        self._handlers: dict[str, Handler] = {}
        self._made: dict[str, Callable[[ModuleType], Handler]] = {}
        self._ended = 0

    def handler(self, folder: str) -> Handler:
        """Return a function's handler; its process starts now if it does not run."""
        if folder not in self._handlers:
            make = self._made.get(folder, _own)
            with environment(self._environments[folder]), _forgotten(f"functions.{folder}"):
                self._handlers[folder] = make(importlib.import_module(f"functions.{folder}.handler"))
        return self._handlers[folder]

    def end(self, folder: str) -> None:
        """End a function's process: the next invocation starts a new one, with empty caches."""
        if self._handlers.pop(folder, None) is None:
            return
        self._ended += 1
        if self._ended % REMAINS == 0:  # a process keeps what it starts with from being collected, for as long as it is
            gc.unfreeze()
            gc.collect()
            gc.freeze()

    @contextmanager
    def replaced(self, folder: str, make: Callable[[ModuleType], Handler]) -> Iterator[None]:
        """Have processes of a function run another handler, made from the module of its own."""
        self._made[folder] = make
        try:
            yield
        finally:
            del self._made[folder]
            self.end(folder)


def _own(module: ModuleType) -> Handler:
    handler: Handler = module.handler
    return handler


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _forgotten(package: str) -> Iterator[None]:
    """Have a package imported anew in the block; whoever imported it before keeps theirs."""

    def ours() -> list[str]:
        return [name for name in sys.modules if name == package or name.startswith(f"{package}.")]

    before = {name: sys.modules.pop(name) for name in ours()}
    try:
        yield
    finally:
        for name in ours():
            del sys.modules[name]
        sys.modules.update(before)
