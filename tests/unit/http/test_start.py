"""What the edge loads when a function starts."""

import subprocess
import sys

LATE = ("aws_lambda_powertools", "boto3", "botocore", "h3", "jinja2")


def test_the_edge_loads_nothing_that_only_some_requests_or_functions_need() -> None:
    code = f"import sys, jobipro.http; print([name for name in {LATE} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=_environ())

    assert done.stdout.strip() == "[]"


def _environ() -> dict[str, str]:
    return {"PYTHONPATH": ":".join(path for path in sys.path if path)}
