"""What a warm function takes: processor time in floors, and calls to AWS, for each route and each message.

Played once on the embedded cloud, every event is given over and over to the staged function in a process of its own,
while a third process answers its calls as AWS did; what asks Stripe or S3 is left out. A floor is the time of one 1 KB
`put_item` by boto3 as it comes, taken before and after each event in the same process.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import takewhile
from pathlib import Path
from statistics import median
from typing import Any

from infra.local.settings import HOST, ROOT
from tests.bench.figures import Figure
from tests.bench.recordings import Recording, noting
from tests.bench.staged import INTERPRETER, staged
from tests.budgets.test_calls import BOUNDS, COSTS, warm
from tests.faults.emulator import Emulator
from tests.faults.stage import Stage


def _played(costs: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the triggers of a scenario whose calls can be played back.

    None asks S3 or Stripe; and once one has asked Stripe, the keys that it opened are missing from the recordings.
    """
    before = takewhile(lambda each: not any(call.startswith("stripe:") for call in each[1]), costs.items())
    return [trigger for trigger, calls in before if not any(call.startswith("s3:") for call in calls)]


TRIGGERS = {scenario: _played(costs) for scenario, costs in COSTS.items()}
"""What is measured, by scenario."""

PLAYED = [scenario for scenario, triggers in TRIGGERS.items() if triggers]
ROUNDS = 40
STEPS = len(PLAYED) + ROUNDS * sum(map(len, TRIGGERS.values()))
UNMEASURED = 4
"""Rounds that come first, in which caches fill."""

MOST = 1.3
"""Floors a call; the same for a route that makes none. A well-known model handler takes 3.8 for three calls."""

BARE = "GET /status"
"""A route that does nothing of its own: what it takes is routing, log and metrics."""

MAIN = {*(trigger for _, trigger in BOUNDS), "message_delivery: OpportunityMatched", "GET /me", BARE}
"""What happens most."""

WEBHOOK = "checks a signature and commits two rows at once, where a floor puts one"

WHY = {
    "message_delivery": "puts a whole mail together and sends all of it",
    "POST /requests": "commits 8 rows at once",
    "POST /webhooks/stripe": WEBHOOK,
}
"""What else is in a figure that misses its budget, by function or route."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What one recording took, in seconds of processor time, and a floor beside it."""

    recording: Recording
    seconds: Sequence[float]
    floors: Sequence[float]

    @property
    def ratio(self) -> float:
        """How many floors it takes: the middle one of the ratios of all rounds."""
        return median(own / floor for own, floor in zip(self.seconds, self.floors, strict=True))

    @property
    def calls(self) -> int:
        """How many calls it makes."""
        return len(self.recording.answers)


class Strayed(Exception):
    """A function did not do what was recorded; the message says which."""


def recorded(stage: Stage, scenarios: Sequence[str], tell: Callable[[], object]) -> list[Recording]:
    """Play scenarios and return what each of their triggers wakes, under a name of its own."""
    found: dict[str, Recording] = {}
    for scenario in scenarios:
        warm(stage, scenario)
        by_trigger: dict[str, Recording] = {}
        for note in noting(stage).notes:
            by_trigger.setdefault(note.name, note)
            by_trigger[f"{note.name} to {note.function}"] = note
        for trigger in TRIGGERS[scenario]:
            note = by_trigger[trigger]
            name = note.name if " /" in note.name else f"{note.function}: {note.name}"
            name = f"{name} ({scenario})" if name in found else name
            found[name] = Recording(name, note.function, note.event, note.answers)
        tell()
    return list(found.values())


def taken(
    recordings: Sequence[Recording], emulator: Emulator, folder: Path, rounds: int, tell: Callable[[], object]
) -> Iterator[Taken]:
    """Wake functions as recorded, `rounds` times each, and yield what that takes; `tell` is called each time."""
    functions = staged()
    with replaying(recordings, emulator, folder) as port:
        for name in dict.fromkeys(each.function for each in recordings):
            own = {number: each for number, each in enumerate(recordings) if each.function == name}
            environment = {**emulator.environments[name], "AWS_ENDPOINT_URL": f"http://{HOST}:{port}"}
            task = {
                "folder": name,
                "port": port,
                "rounds": rounds,
                "unmeasured": UNMEASURED,
                "events": {number: json.dumps(each.event) for number, each in own.items()},
            }
            lines: dict[int, list[Any]] = {number: [] for number in own}
            for line in woken(task, functions[name].environment(environment)):
                lines[line["number"]].append(line)
                check(own[line["number"]], line)
                tell()
            for number, told in lines.items():
                yield Taken(own[number], [line["seconds"] for line in told], [line["floor"] for line in told])


@contextmanager
def replaying(recordings: Sequence[Recording], emulator: Emulator, folder: Path) -> Iterator[int]:
    """Answer calls as recorded, in a process of its own, on the port that is given."""
    told = folder / "recordings.json"
    answers = [[asdict(answer) for answer in each.answers] for each in recordings]
    told.write_text(json.dumps({"recordings": answers, "secrets": _secrets(emulator)}))
    command = [sys.executable, "-m", "tests.bench.replay", str(told)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield int(process.stdout.readline())  # type: ignore[union-attr]
        finally:
            process.kill()


def figures(stage: Stage, folder: Path, tell: Callable[[], object]) -> Iterator[Figure]:
    """Measure every route and every message, and say what stands in the middle."""
    recordings = recorded(stage, PLAYED, tell)
    all_taken = list(taken(recordings, stage.world.emulator, folder, ROUNDS, tell))
    bare = next(each.ratio for each in all_taken if each.recording.name == BARE)
    found = [figure(each, bare) for each in all_taken]
    a_call = [each.value for each in found if each.more["calls"]]
    name = f"{len(a_call)} routes and messages: the middle one"
    more = {"the least": min(a_call), "the most": max(a_call)}
    yield Figure(name, median(a_call), "floors a call", MOST, more, main=True)
    yield from found


def figure(taken: Taken, bare: float) -> Figure:
    """Return what one event took: floors a call, or floors where there is no call; `bare` is what `BARE` took."""
    name, calls = taken.recording.name, taken.calls
    value, unit = taken.ratio / max(calls, 1), "floors a call" if calls else "floors"
    more = {"calls": calls, "floors in all": taken.ratio, "ms": median(taken.seconds) * 1000}
    why = _why(taken.recording, bare) if value > MOST else ""
    return Figure(name, value, unit, MOST, more, why, main=name in MAIN)


def _why(recording: Recording, bare: float) -> str:
    other = WHY.get(recording.name, WHY.get(recording.function, ""))
    edge = f"{bare:.2f} of all are routing, log and metrics" if " /" in recording.name else ""
    return "; ".join(filter(None, (other, edge)))


def woken(task: Mapping[str, Any], environment: Mapping[str, str]) -> Iterator[Any]:
    """Wake a function in a process of its own as the task says, and yield what each time took."""
    command = [*INTERPRETER, str(Path(__file__).with_name("woken.py"))]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=dict(environment), stdin=pipe, stdout=pipe, text=True) as process:
        try:
            json.dump(task, process.stdin)  # type: ignore[arg-type]
            process.stdin.close()  # type: ignore[union-attr]
            yield from map(json.loads, process.stdout or ())
        finally:
            process.kill()
    if process.returncode not in (0, -9):
        raise Strayed(f"Function {task['folder']} ended by itself; see what it printed above.")


def check(recording: Recording, line: Mapping[str, Any]) -> None:
    """Raise `Strayed` where a function did not do what was recorded."""
    answer = line["answer"]
    failed = answer.get("statusCode", 200) >= 400 or answer.get("batchItemFailures")
    if failed or line["strays"]:
        raise Strayed(f"{recording.name}: {line['strays']} calls came otherwise than recorded; answered {answer}.")


def _secrets(emulator: Emulator) -> dict[str, str]:
    """Return what Secrets Manager answers, by the name that functions have of each secret."""
    client = emulator.client("secretsmanager")
    names = {
        value
        for environment in emulator.environments.values()
        for variable, value in environment.items()
        if variable.startswith("SECRET_")
    }
    values = {name: client.get_secret_value(SecretId=name)["SecretString"] for name in names}
    return {name: json.dumps({"ARN": name, "Name": name, "SecretString": value}) for name, value in values.items()}
