"""The suite itself: what is broken on purpose, it sees."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from jobipro.adapters.aws import client
from jobipro.adapters.dynamodb.rows import Put
from jobipro.adapters.ses import SesCarrier
from jobipro.application.ports.storage import Commit, Write
from jobipro.domain.limits import RULES
from jobipro.http import create_app, entry
from jobipro.queues import consume
from tests.faults.calls import Fault
from tests.faults.scenarios import SCENARIOS
from tests.faults.stage import SHORTEST, Stage
from tests.faults.state import ids_in, likeness
from tests.faults.world import Place, Trouble

ADA, EVE = ("sub_" + letter * 26 for letter in "ae")


def test_an_event_recorded_outside_the_transaction_is_seen(stage: Stage) -> None:
    def broken(module: ModuleType, settings: Any, use_cases: Any, blueprint: Any) -> Callable[[Any, Any], Any]:
        torn = replace(use_cases, sign_up=replace(use_cases.sign_up, commit=_in_two(use_cases.sign_up.commit)))
        return entry(create_app("signup", blueprint(lambda: torn), settings=settings))

    found = differences(stage, "sign up", "signup", "POST /signup", Fault.KILLED, _http(broken))

    assert any(each.startswith("mail missing: ") for each in found), found


def test_a_commercial_mail_that_the_sdk_sends_again_is_seen(stage: Stage) -> None:
    def broken(module: ModuleType) -> Callable[[Any, Any], Any]:
        settings = module.settings()
        deliver = module.message_delivery(settings).deliver_message
        twice = replace(deliver, carrier=SesCarrier(client("ses", attempts=3), settings.sender_address))
        return consume("message_delivery", twice)

    trigger = "OpportunityMatched+RequestPosted"
    found = differences(stage, "post a request", "message_delivery", trigger, Fault.REPEATED, broken)

    assert any(each.startswith("mail too many: New request near you") for each in found), found


def test_a_request_that_is_answered_500_is_seen(stage: Stage) -> None:
    def broken(module: ModuleType, settings: Any, use_cases: Any, blueprint: Any) -> Callable[[Any, Any], Any]:
        bare = replace(use_cases.log_in, credentials=_Untranslated(use_cases.log_in.credentials))
        return entry(create_app("signup", blueprint(lambda: replace(use_cases, log_in=bare)), settings=settings))

    found = differences(stage, "log in and out", "signup", "POST /sessions", Fault.UNREACHED, _http(broken))

    assert "POST /sessions was answered 500" in found


def test_what_is_in_clear_is_seen(stage: Stage) -> None:
    ending = stage.without_fault("sign up")
    leaking = replace(ending, rows=[*ending.rows, {"table": "limits", "pk": "L#ada.lovelace@example.com"}])

    assert not list(stage.in_clear(ending))
    assert len(list(stage.in_clear(leaking))) == 1


def test_every_mail_that_ses_took_is_seen(stage: Stage) -> None:
    stage.without_fault("sign up")

    assert stage.world.mails_ever == stage.world.storage.mails_taken() > 0


def test_all_windows_of_limits_begin_when_one_of_the_shortest_does() -> None:
    assert not [rule for rule in RULES.values() if rule.window_seconds % SHORTEST.window_seconds]


def test_what_was_played_in_an_earlier_window_of_limits_is_played_anew(stage: Stage) -> None:
    name = "ask for the link again"
    expected = stage.without_fault(name)
    expected.rows.remove(next(row for row in expected.rows if row["pk"].startswith("L#")))
    stage.window = "the one before"

    assert not stage.differences(name, Trouble(Fault.UNREACHED, Place("signup", "POST /verifications", 0)))
    assert stage.faultless[name] is not expected


def test_states_are_alike_whatever_new_ids_are_called() -> None:
    def rows(first: str, second: str) -> list[dict[str, Any]]:
        return [{"pk": first, "name": "Ada"}, {"pk": second, "name": "Eve"}, {"pk": "-", "owner": first}]

    assert likeness(rows(ADA, EVE), known=()) == likeness(rows(EVE, ADA), known=())
    assert likeness(rows(ADA, EVE), known=ids_in(rows(ADA, EVE))) != likeness(rows(EVE, ADA), known=(ADA, EVE))


def test_states_are_not_alike_when_rows_belong_to_others() -> None:
    hers = [{"pk": ADA, "name": "Ada"}, {"pk": EVE, "name": "Eve"}, {"pk": "-", "owner": ADA}]
    swapped = [*hers[:2], {"pk": "-", "owner": EVE}]

    assert likeness(hers, (), rounds=0) == likeness(swapped, (), rounds=0)
    assert likeness(hers, ()) != likeness(swapped, ())


def differences(
    stage: Stage,
    name: str,
    function: str,
    trigger: str,
    fault: Fault,
    broken: Callable[[ModuleType], Callable[[Any, Any], Any]],
) -> list[str]:
    """Return what is seen when a function is replaced by a broken one, wherever the fault strikes."""
    stage.without_fault(name)
    stage.start(SCENARIOS[name].given)
    found: list[str] = []
    with stage.world.processes.replaced(function, broken):
        for at in range(20):
            trouble = Trouble(fault, Place(function, trigger, at))
            told = stage.differences(name, trouble)
            if trouble.call is None:
                return found
            found += told
    return pytest.fail("the calls do not end")


def _http(
    broken: Callable[[ModuleType, Any, Any, Any], Callable[[Any, Any], Any]],
) -> Callable[[ModuleType], Callable[[Any, Any], Any]]:
    return lambda module: broken(module, module.settings(), module.use_cases(), module.blueprint)


def _in_two(commit: Commit) -> Commit:
    """Return a commit that keeps the rows first and the events afterwards."""

    def torn(*writes: Write | Iterable[Write]) -> None:
        flat = [each for write in writes for each in ([write] if isinstance(write, Write) else write)]
        events = [each for each in flat if isinstance(each.action, Put) and each.action.key.table == "outbox"]
        commit([each for each in flat if each not in events])
        if events:
            commit(events)

    return torn


class _Untranslated:
    """Credentials whose errors are whatever the SDK raises."""

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials

    def log_in(self, subject: str, password: str) -> Any:
        """Log in by the client itself."""
        ours = self._credentials
        return ours._client.admin_initiate_auth(
            UserPoolId=ours._pool,
            ClientId=ours._app_client,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": subject, "PASSWORD": password},
        )
