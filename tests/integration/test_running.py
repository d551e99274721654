"""`make run`: everything starts, side by side with others, and nothing is left when it stops."""

import os
import signal
import socket
import time
from datetime import timedelta
from pathlib import Path

import pytest
import requests
import stripe

from infra.local.settings import HOST
from tests.integration.stack import Api, Run, Stack, free_ports, started_run

TABLES = {"accounts", "subject-keys", "consents", "requests", "messages", "disclosures", "payments", "limits", "outbox"}
QUEUES = {
    *("matching", "matching-dlq", "deliveries", "deliveries-dlq", "payments", "payments-dlq"),
    *("outbox-relay-dlq", "clocks-dlq"),
}


def test_stack_json_says_where_everything_is(stack: Stack):
    told = stack.description

    assert told["tables"].keys() >= TABLES
    assert told["queues"].keys() >= QUEUES
    assert told["kms"].keys() >= {"subjects", "address-index", "suppression"}
    assert told["secrets"].keys() >= {"edge", "unsubscribe", "stripe"}
    assert told["region"] == "ca-central-1"
    assert all(told[name] for name in ("api", "aws", "mailbox", "reference", "user_pool_id", "user_pool_client_id"))
    assert told["stripe"].startswith("http://127.0.0.1:")
    assert told["stripe_webhook_secret"].startswith("whsec_")


def test_what_stack_json_names_is_there(stack: Stack):
    for name in stack.description["tables"].values():
        assert stack.aws("dynamodb").describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE"
    for url in stack.description["queues"].values():
        stack.aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    stack.aws("cognito-idp").describe_user_pool(UserPoolId=stack.description["user_pool_id"])


def test_the_local_stripe_answers_to_a_key_and_keeps_nothing_on_the_disk(stack: Stack):
    customers = stack.stripe().v1.customers
    customer = customers.create({"metadata": {"subject": "sub_nobody"}})

    assert customers.retrieve(customer.id).id == customer.id
    assert not Path("/tmp/localstripe.pickle").exists()


def test_rows_expire_where_the_template_says(stack: Stack):
    for table in ("accounts", "limits"):
        name = stack.description["tables"][table]
        told = stack.aws("dynamodb").describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        assert told == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}


def test_a_layer_is_unpacked_once_for_all_workers(stack: Stack):
    unpacked = stack.folder / "cloud" / "tmp"
    links = [link for link in unpacked.glob("ministack-lambda-*/layer_*") if link.suffix != ".zip"]

    assert len(links) > len(list((unpacked / "layers").iterdir())) > 1
    assert {link.readlink().parent for link in links} == {unpacked / "layers"}


def test_the_api_answers(api: Api):
    assert api.get("/status").json()["status"] == "ok"


def test_a_preflight_is_answered_by_the_gateway(api: Api):
    answer = api.call("OPTIONS", "/signup", headers={"Origin": "https://jobipro.test"})

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]


def test_the_page_of_the_api_knows_where_this_run_is_and_may_call_it(api: Api, stack: Stack):
    page = stack.description["reference"]
    asked = {
        "Origin": page,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization,content-type",
    }

    described = requests.get(f"{page}/openapi.json", timeout=10).json()
    preflight = api.call("OPTIONS", "/me/provider", headers=asked)

    assert [server["url"] for server in described["servers"]] == [api.url]
    assert preflight.headers["Access-Control-Allow-Origin"] in {"*", page}


def test_the_gateways_own_errors_are_problems_that_a_browser_may_read(api: Api):
    answer = api.get("/me")

    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.json()["code"] == "not-authenticated"


def test_a_function_may_not_do_what_its_role_does_not_say(stack: Stack):
    dynamodb = stack.as_function("public", "dynamodb")

    with pytest.raises(dynamodb.exceptions.ClientError) as refused:
        dynamodb.scan(TableName=stack.table("accounts"))

    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


def test_another_stack_runs_beside_it_unnoticed_and_leaves_nothing_when_it_stops(stack: Stack, tmp_path: Path):
    port = free_ports()
    with started_run(tmp_path / "own", port) as run:
        other = run.wait_until_ready()
        assert other.description["stripe_webhook_secret"] != stack.description["stripe_webhook_secret"]
        elsewhere = other.stripe().v1.customers.create()
        with pytest.raises(stripe.InvalidRequestError):
            stack.stripe().v1.customers.retrieve(elsewhere.id)
        other.aws("sqs").send_message(QueueUrl=other.queue("clocks-dlq"), MessageBody="only here")
        assert other.api.get("/status").ok
        assert stack.api.get("/status").ok
        assert _without_stripes_keys(other) < timedelta(minutes=1)  # by then the clock strikes for the first time
        assert _waiting(other, "clocks-dlq") == _waiting(stack, "clocks-dlq") + 1
        ours = _descendants(run.process.pid)
        run.process.terminate()
        assert run.ended() == 0

    assert len(ours) > 1
    assert _still_alive(ours) == []
    assert not [step for step in range(5) if _listens(port + step)]
    assert {path.name for path in run.folder.iterdir()} == {"lock", "logs"}


def test_a_second_run_in_one_folder_is_refused_and_disturbs_nothing(stack: Stack):
    with started_run(stack.folder, free_ports()) as second:
        assert second.ended() == 1

    assert second.printed().splitlines()[1:] == ["A stack of this checkout is running already: stop that one first."]
    assert stack.api.get("/status").ok
    assert (stack.folder / "stack.json").exists()


def test_a_taken_port_is_told_in_one_line(tmp_path: Path):
    port = free_ports()
    with socket.create_server((HOST, port + 1)), started_run(tmp_path / "own", port) as run:
        assert run.ended() == 1

    assert run.printed().splitlines()[1:] == [
        f"Port {port + 1} is taken: stop what uses it, or move all ports with PORT=9000."
    ]


def test_a_start_that_is_called_off_leaves_nothing(tmp_path: Path):
    with started_run(tmp_path / "own", free_ports()) as run:
        ours = _once_deploying(run)
        run.process.send_signal(signal.SIGINT)

        assert run.ended() == 0

    assert _still_alive(ours) == []
    assert {path.name for path in run.folder.iterdir()} == {"lock", "logs"}


def test_killed_without_warning_it_takes_the_embedded_cloud_and_the_local_stripe_with_it(tmp_path: Path):
    with started_run(tmp_path / "own", free_ports()) as run:
        ours = _once_deploying(run)
        run.process.kill()

    assert len(ours) > 1
    assert _still_alive(ours) == []


def test_a_cloud_that_dies_ends_the_run_with_a_plain_line(tmp_path: Path):
    with started_run(tmp_path / "own", free_ports()) as run:
        cloud = next(child for child in _once_deploying(run) if "ministack_process" in _command(child))
        os.kill(cloud, signal.SIGKILL)

        assert run.ended() == 1

    assert run.printed().splitlines()[-1].startswith("The embedded cloud stopped by itself; ")
    assert "Traceback" not in run.printed()
    assert {path.name for path in run.folder.iterdir()} == {"lock", "logs"}


def _once_deploying(run: Run) -> list[int]:
    """Return the processes of a run whose embedded cloud is up and whose stack is not yet."""
    deadline = time.monotonic() + 120
    while "deploying" not in run.printed():
        assert time.monotonic() < deadline, run.printed()
        time.sleep(0.05)
    return _descendants(run.process.pid)


def _without_stripes_keys(stack: Stack) -> timedelta:
    """Return for how long the schedule was there before the secret that the events of payments need was filled."""
    (schedule,) = stack.aws("scheduler").list_schedules()["Schedules"]
    filled = stack.aws("secretsmanager").get_secret_value(SecretId=stack.description["secrets"]["stripe"])
    waited: timedelta = filled["CreatedDate"] - schedule["CreationDate"]
    return waited


def _waiting(stack: Stack, queue: str) -> int:
    names = ["ApproximateNumberOfMessages"]
    told = stack.aws("sqs").get_queue_attributes(QueueUrl=stack.queue(queue), AttributeNames=names)
    return int(told["Attributes"]["ApproximateNumberOfMessages"])


def _descendants(pid: int) -> list[int]:
    """Return the processes that a process started, and theirs, by Linux's own account."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for task in tasks for child in task.read_text().split()]
    return children + [grandchild for child in children for grandchild in _descendants(child)]


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def _still_alive(pids: list[int]) -> list[int]:
    """Return those that go on running: each gets some seconds to see that it is alone and end."""
    deadline = time.monotonic() + 15
    while (alive := [pid for pid in pids if _alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.1)
    return alive


def _alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
