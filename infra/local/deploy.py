"""Deploys the template to the embedded cloud and tells what came of it."""

import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.cloud import Cloud
from infra.local.failure import CannotRun
from infra.local.gateway import complete_api
from infra.local.package import Packager
from infra.local.settings import Settings
from infra.local.stripe_keys import StripeKeys
from infra.local.template import read_template
from infra.outputs import outputs_of

BUCKET = "deployment"
DEPLOYED_WITHIN = 180.0  # seconds


def deploy(cloud: Cloud, settings: Settings, keys: StripeKeys) -> dict[str, str]:
    """Upload the artifacts under build/, create the stack, fill its secret, and finish what the emulator leaves out.

    Returns the outputs of the stack.
    """
    try:
        return _deploy(cloud, settings, keys)
    except (BotoCoreError, ClientError) as error:
        if not cloud.running:
            raise cloud.stopped() from None
        raise CannotRun(f"The embedded cloud refused the deployment: {error}") from None


def _deploy(cloud: Cloud, settings: Settings, keys: StripeKeys) -> dict[str, str]:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    packager = Packager(s3, BUCKET, cloud.url, settings.root / "build" / "packages")
    template = settings.root / "template.yaml"
    if not template.exists():
        raise CannotRun("There is no template.yaml here: run this from the repository's folder.")
    url = packager.package(template)
    packager.forget_old()
    parameters = settings.parameters()
    cloud.client("ses").verify_email_identity(EmailAddress=parameters["SenderAddress"])
    name = f"jobipro-{parameters['Stage']}"
    cloudformation = cloud.client("cloudformation")
    stack = _create(cloudformation, name, url, parameters)
    outputs = outputs_of(stack)
    # First of all: a minute after its creation the clock strikes, and what needs the secret would fail and wait.
    keys.put(cloud.client("secretsmanager"), outputs["SecretStripe"])
    complete_api(cloudformation, cloud.client("apigateway"), name, parameters)
    _let_rows_expire(cloud.client("dynamodb"), settings, outputs)
    _wait_for_functions(cloud.client("lambda"))
    return outputs


def _create(cloudformation: Any, name: str, url: str, parameters: dict[str, str]) -> Any:
    cloudformation.create_stack(
        StackName=name,
        TemplateURL=url,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        OnFailure="DO_NOTHING",
    )
    deadline = time.monotonic() + DEPLOYED_WITHIN
    while time.monotonic() < deadline:
        stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        if stack["StackStatus"] == "CREATE_COMPLETE":
            return stack
        if stack["StackStatus"] != "CREATE_IN_PROGRESS":
            raise CannotRun(f"The template did not deploy: {_first_failure(cloudformation)}")
        time.sleep(0.2)
    raise CannotRun(f"The template was not deployed within {DEPLOYED_WITHIN:.0f} seconds.")


def _let_rows_expire(dynamodb: Any, settings: Settings, outputs: dict[str, str]) -> None:
    """Switch on what the template says of expiring rows, which the emulator takes from its API only."""
    for name, resource in read_template(settings.root / "infra" / "data.yaml")["Resources"].items():
        expiry = resource["Properties"].get("TimeToLiveSpecification")
        if expiry:
            dynamodb.update_time_to_live(TableName=outputs[f"Table{name}"], TimeToLiveSpecification=expiry)


def _wait_for_functions(lambda_: Any) -> None:
    """Return once every function has started up and its snapshot is taken, so that the first request is a warm one."""
    waiting = {
        function["FunctionName"]: function["Handler"].rpartition(".")[0].replace(".", "/") + ".py"
        for function in lambda_.list_functions()["Functions"]
    }
    broken = []
    deadline = time.monotonic() + DEPLOYED_WITHIN
    while waiting and time.monotonic() < deadline:
        for name, source in list(waiting.items()):
            state = lambda_.get_function_configuration(FunctionName=name, Qualifier="live")
            if state["State"] == "Failed":
                broken.append(f"{source} does not start: {state.get('StateReason', 'no reason given')}")
            if state["State"] != "Pending":
                del waiting[name]
        time.sleep(0.1)
    if broken:
        raise CannotRun("; ".join(broken) + ".")
    if waiting:
        raise CannotRun(f"Not ready within {DEPLOYED_WITHIN:.0f} seconds: {', '.join(waiting.values())}.")


def _first_failure(cloudformation: Any) -> str:
    """Return what failed first, in whichever of the nested stacks, and why."""
    failed = []
    for stack in cloudformation.describe_stacks()["Stacks"]:
        events = cloudformation.describe_stack_events(StackName=stack["StackId"])["StackEvents"]
        failed += [
            event
            for event in events
            if event["ResourceStatus"] == "CREATE_FAILED" and event["ResourceType"] != "AWS::CloudFormation::Stack"
        ]
    if not failed:
        return "no resource tells why"
    first = min(failed, key=lambda event: event["Timestamp"])
    reason = " ".join(first.get("ResourceStatusReason", "no reason given").split())
    return f"{first['LogicalResourceId']} ({first['ResourceType']}): {reason}"
