"""What it takes to find the first providers for a request where 100, 1,000 and 10,000 cover its area."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import batched, pairwise
from pathlib import Path

from jobipro.adapters.dynamodb.accounts import Accounts
from jobipro.adapters.dynamodb.codec import encode_item
from jobipro.adapters.dynamodb.coverage import Coverage
from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.adapters.dynamodb.store import DynamoStore
from jobipro.adapters.dynamodb.subject_keys import SubjectKeys
from jobipro.adapters.kms import KmsDataKeys
from jobipro.adapters.system import RandomIds
from jobipro.domain.coverage import Location, request_cell
from jobipro.domain.ids import SERVICE, SubjectId
from jobipro.domain.trades import Trade
from tests.bench.figures import Figure
from tests.bench.recordings import Recording, noting
from tests.bench.warm import taken
from tests.faults.scenarios import MONTREAL, Setting, market
from tests.faults.stage import Stage

SIZES = (100, 1_000, 10_000)
ROUNDS = 7
STEPS = len(SIZES) * (ROUNDS + 1)
LINEAR = 11.0
"""How many times as much ten times as many providers may take: a tenth more than ten, for what is noise."""


def figures(stage: Stage, folder: Path, tell: Callable[[], object]) -> Iterator[Figure]:
    """Post a request for each size and measure the matching of each."""
    emulator = stage.world.emulator
    found = list(taken(list(recorded(stage, tell)), emulator, folder, ROUNDS, tell))
    for size, each in zip(SIZES, found, strict=True):
        more = {"calls": each.calls, "floors for 1,000": each.ratio / size * 1000}
        yield Figure(f"match a request, {size:,} providers", each.ratio, "floors", None, more, main=True)
    for (fewer, few), (more_of_them, many) in pairwise(zip(SIZES, found, strict=True)):
        name = f"{more_of_them:,} providers beside {fewer:,}"
        yield Figure(
            name, many.ratio / few.ratio, "times", LINEAR, {"times the calls": many.calls / few.calls}, main=True
        )


def recorded(stage: Stage, tell: Callable[[], object], sizes: tuple[int, ...] = SIZES) -> Iterator[Recording]:
    """Yield the matching of a request with each number of providers."""
    facts, world = stage.start(market), noting(stage)
    world.begin(facts.kept, facts.passwords)
    setting = Setting(world, facts)
    there = 1  # Pat
    for size in sizes:
        _add(stage, facts.people["pat"].subject, size - there)
        there = size
        setting.ask_for_help()
        yield replace(world.match(), name=f"match with {size}")
        tell()


def _add(stage: Stage, like: str, count: int) -> None:
    """Have more providers cover the same area as one who does, as matching finds them: a sealed row each."""
    emulator = stage.world.emulator
    sealing = Sealing(emulator.stage)
    keys = SubjectKeys(KmsDataKeys(emulator.client("kms"), emulator.keys["subjects"], emulator.stage))
    store = DynamoStore(emulator.client("dynamodb"), emulator.tables)
    account, service_key = store.load(Accounts(sealing, keys).account(SubjectId(like)), keys.key(SERVICE))
    cell = (Trade.PLUMBING, request_cell(Location(**MONTREAL)))
    ids, coverage = RandomIds(), Coverage(sealing)
    for batch in batched(range(count), 25, strict=False):
        puts = []
        for _ in batch:
            (write,) = coverage.put(replace(account, subject=ids.subject()), [cell], service_key)
            key = {"pk": write.action.key.pk, "sk": write.action.key.sk}
            puts.append({"PutRequest": {"Item": encode_item({**write.action.item, **key})}})
        emulator.client("dynamodb").batch_write_item(RequestItems={emulator.tables["accounts"]: puts})
