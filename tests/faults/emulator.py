"""The embedded cloud with tables, keys, queues and user pool, and with no function: the tests run those themselves."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.cloud import Cloud
from infra.local.limits import RAISED
from infra.local.package import Packager
from infra.local.settings import ADMINISTRATOR, REGION, ROOT, Ports, Settings
from infra.local.template import Template, read_template
from infra.outputs import named, outputs_of
from tests.fakes.webhooks import SECRET
from tests.integration.stack import free_ports

NESTED = "AWS::CloudFormation::Stack"
FUNCTION = "AWS::Serverless::Function"
STACK = "bare"
BUCKET = "bare"


@dataclass(frozen=True, slots=True)
class Wakers:
    """What wakes which function, by the template: routes (method, path), queues with the size of a batch, the rest."""

    routes: Mapping[tuple[str, str], str]
    queues: Mapping[str, tuple[str, int]]
    stream: str
    schedule: str


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running one: physical names by logical ones, and the environment that each function would have."""

    cloud: Cloud
    stage: str
    tables: Mapping[str, str]
    queues: Mapping[str, str]
    buckets: Mapping[str, str]
    keys: Mapping[str, str]
    user_pool: str
    environments: Mapping[str, Mapping[str, str]]
    wakers: Wakers

    def client(self, service: str) -> Any:
        """Return a client that no fault reaches."""
        return self.cloud.client(service)


@contextmanager
def running(folder: Path) -> Iterator[Emulator]:
    """Start one in a folder of its own; it is gone when the block ends."""
    settings = Settings(Ports.counted_from(free_ports()), state=folder, limits=RAISED)  # every fault costs another try
    settings.logs.mkdir(parents=True)
    cloud = Cloud(settings, mail_port=9)  # nobody listens: mails are read where the emulator keeps them
    try:
        cloud.wait_until_ready()
        yield _deployed(cloud, settings, folder)
    finally:
        cloud.stop()


def _deployed(cloud: Cloud, settings: Settings, folder: Path) -> Emulator:
    whole = read_template(ROOT / "template.yaml")
    wakers = _wakers(whole)
    template, wanted = _without_functions(whole)
    bare = folder / "bare.yaml"
    bare.write_text(json.dumps(template, default=str))
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    parameters = settings.parameters()
    cloud.client("ses").verify_email_identity(EmailAddress=parameters["SenderAddress"])
    cloudformation = cloud.client("cloudformation")
    cloudformation.create_stack(
        StackName=STACK,
        TemplateURL=Packager(s3, BUCKET, cloud.url, folder / "packages").package(bare),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})
    outputs = outputs_of(cloudformation.describe_stacks(StackName=STACK)["Stacks"][0])
    secret = {"api_key": "sk_test_bare", "webhook_secrets": [SECRET]}
    cloud.client("secretsmanager").put_secret_value(SecretId=outputs["SecretStripe"], SecretString=json.dumps(secret))
    everywhere = {
        "AWS_ENDPOINT_URL": cloud.url,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ADMINISTRATOR,
        "AWS_SECRET_ACCESS_KEY": ADMINISTRATOR,
    }
    return Emulator(
        cloud=cloud,
        stage=parameters["Stage"],
        tables=named("Table", outputs),
        queues=named("Queue", outputs),
        buckets=named("Bucket", outputs),
        keys=named("Key", outputs),
        user_pool=outputs["UserPoolId"],
        environments={
            function: everywhere | {variable: outputs[output] for variable, output in variables.items()}
            for function, variables in wanted.items()
        },
        wakers=wakers,
    )


def _wakers(template: Template) -> Wakers:
    routes, queues, others = {}, {}, {}
    for resource in template["Resources"].values():
        if resource["Type"] != FUNCTION:
            continue
        folder = _folder(resource)
        for event in resource["Properties"]["Events"].values():
            properties = event["Properties"]
            match event["Type"]:
                case "Api":
                    routes[properties["Method"], properties["Path"]] = folder
                case "SQS":
                    output = properties["Queue"]["Fn::GetAtt"][1]
                    name = output.removeprefix("Outputs.").removesuffix("Arn").lower()
                    queues[name] = (folder, properties["BatchSize"])
                case kind:
                    others[kind] = folder
    return Wakers(routes, queues, stream=others["DynamoDB"], schedule=others["ScheduleV2"])


def _folder(function: Template) -> str:
    return str(function["Properties"]["CodeUri"]).rpartition("/")[2]


def _without_functions(template: Template) -> tuple[Template, dict[str, dict[str, str]]]:
    """Return the template with nested stacks only, and by function and variable the output that has its value.

    What a function is told is written as outputs, each once, so that CloudFormation works it out as it does for the
    function.
    """
    nested = {name: each for name, each in template["Resources"].items() if each["Type"] == NESTED}
    for each in nested.values():
        each["Properties"]["TemplateURL"] = str(ROOT / each["Properties"]["TemplateURL"])
    outputs = {
        name: output
        for name, output in template["Outputs"].items()
        if output["Value"].get("Fn::GetAtt", [""])[0] in nested
    }
    shared = template["Globals"]["Function"]["Environment"]["Variables"]
    wanted: dict[str, dict[str, str]] = {}
    written: dict[str, str] = {}
    for resource in template["Resources"].values():
        if resource["Type"] != FUNCTION:
            continue
        properties = resource["Properties"]
        variables = wanted.setdefault(_folder(resource), {})
        for variable, value in (shared | properties["Environment"]["Variables"]).items():
            output = written.setdefault(json.dumps(value), f"Variable{len(written)}")
            variables[variable] = output
            outputs[output] = {"Value": value}
    return {
        "Parameters": template["Parameters"],
        "Conditions": template["Conditions"],
        "Resources": nested,
        "Outputs": outputs,
    }, wanted
