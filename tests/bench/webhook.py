"""What an event of Stripe's costs where it comes in, beside the same written the plainest usual way, in one run.

All are woken in turns with the same event in one process, floors before and after: as `tests.bench.warm` measures all
that functions do. The usual way comes with boto3 as it is, and with our own, leaner client.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from infra.local.settings import HOST
from tests.bench.figures import Figure
from tests.bench.staged import staged
from tests.bench.warm import MOST, UNMEASURED, WEBHOOK, check, recorded, replaying, woken
from tests.faults.stage import Stage

ROUNDS = 60
STEPS = 1 + ROUNDS
SCENARIO = "hear from Stripe"
USUAL = Path(__file__).with_name("usual_webhook.py")


def figures(stage: Stage, folder: Path, tell: Callable[[], object]) -> Iterator[Figure]:
    """Measure both, and say how many floors each takes."""
    recordings = [each for each in recorded(stage, [SCENARIO], tell) if each.function == "stripe_webhooks"]
    (recording,) = recordings
    environment = stage.world.emulator.environments[recording.function]
    with replaying(recordings, stage.world.emulator, folder) as port:
        told = {**environment, "AWS_ENDPOINT_URL": f"http://{HOST}:{port}"}
        task = {
            "folder": recording.function,
            "port": port,
            "rounds": ROUNDS,
            "unmeasured": UNMEASURED,
            "events": {0: json.dumps(recording.event)},
            "beside": str(USUAL),
        }
        lines = []
        for line in woken(task, staged()[recording.function].environment(told)):
            check(recording, line)
            lines.append(line)
            tell()
    own = median(line["seconds"] / line["floor"] for line in lines)
    more = {"calls": len(recording.answers), "ms": median(line["seconds"] for line in lines) * 1000}
    yield Figure("an event of Stripe's, taken in", own, "floors", MOST, more, WEBHOOK if own > MOST else "", main=True)
    for client in lines[0]["beside"]:
        usual = median(line["beside"][client] / line["floor"] for line in lines)
        yield Figure(f"the same the plainest usual way, {client}", usual, "floors", more={"calls": 1}, main=True)
