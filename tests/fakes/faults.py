"""Crashes at any call: the process dies before a call took effect, or right after."""

from typing import Any


class Crash(BaseException):
    """The process is gone; nothing in it can catch this."""


class Faults:
    """Dies at the n-th call (from 0) that passes through what it was put around; counts the calls otherwise."""

    def __init__(self, at: int | None = None, after: bool = False) -> None:
        self.count = 0
        self._at = at
        self._after = after

    def around(self, target: Any) -> Any:
        """Return the target with every call of its methods, or of itself, counted."""
        return _Watched(target, self)

    def call(self, function: Any, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        here = self.count == self._at
        self.count += 1
        if here and not self._after:
            raise Crash
        result = function(*args, **named)
        if here:
            raise Crash
        return result


class _Watched:
    def __init__(self, target: Any, faults: Faults) -> None:
        self._target = target
        self._faults = faults

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        if not callable(found):
            return found
        return lambda *args, **named: self._faults.call(found, args, named)

    def __call__(self, *args: Any, **named: Any) -> Any:
        return self._faults.call(self._target, args, named)
