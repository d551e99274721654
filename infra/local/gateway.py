"""Finishes the API where the emulator stops: preflight answers and the gateway's own responses.

The SAM transform turns `Cors` and `GatewayResponses` into an OpenAPI document, which API Gateway imports whole and
the emulator in part. What it left out is put in through its own API, and the stage is deployed once more.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

RESPONSES = "x-amazon-apigateway-gateway-responses"
INTEGRATION = "x-amazon-apigateway-integration"


def complete_api(cloudformation: Any, apigateway: Any, stack: str, parameters: Mapping[str, str]) -> None:
    """Add what each REST API of a stack lacks, and deploy it again."""
    processed = cloudformation.get_template(StackName=stack, TemplateStage="Processed")["TemplateBody"]
    template = processed if isinstance(processed, dict) else json.loads(processed)
    physical = {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for resource in cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    }
    for name, resource in template["Resources"].items():
        if resource["Type"] != "AWS::ApiGateway::RestApi":
            continue
        document = _resolved(resource["Properties"]["Body"], parameters)
        _add_preflights(apigateway, physical[name], document)
        _add_gateway_responses(apigateway, physical[name], document)
        for stage in apigateway.get_stages(restApiId=physical[name])["item"]:
            apigateway.create_deployment(restApiId=physical[name], stageName=stage["stageName"])


def _add_preflights(apigateway: Any, api: str, document: Mapping[str, Any]) -> None:
    resources = {item["path"]: item["id"] for item in apigateway.get_resources(restApiId=api, limit=500)["items"]}
    for path, methods in document["paths"].items():
        if "options" not in methods:
            continue
        integration = methods["options"][INTEGRATION]
        place = {"restApiId": api, "resourceId": resources[path], "httpMethod": "OPTIONS"}
        apigateway.put_integration(**place, type="MOCK", requestTemplates=integration["requestTemplates"])
        for answer in integration["responses"].values():
            headers = answer.get("responseParameters", {})
            place["statusCode"] = str(answer["statusCode"])
            apigateway.put_method_response(**place, responseParameters=dict.fromkeys(headers, True))
            apigateway.put_integration_response(
                **place, responseParameters=headers, responseTemplates=answer.get("responseTemplates", {})
            )


def _add_gateway_responses(apigateway: Any, api: str, document: Mapping[str, Any]) -> None:
    for kind, response in document.get(RESPONSES, {}).items():
        apigateway.put_gateway_response(
            restApiId=api,
            responseType=kind,
            statusCode=str(response["statusCode"]),
            responseParameters=response.get("responseParameters", {}),
            responseTemplates=response.get("responseTemplates", {}),
        )


def _resolved(value: Any, parameters: Mapping[str, str]) -> Any:
    """Return a part of a template with references to parameters replaced; other references stay as they are."""
    if isinstance(value, list):
        return [_resolved(item, parameters) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"Ref"} and value["Ref"] in parameters:
        return parameters[value["Ref"]]
    if value.keys() == {"Fn::Sub"} and isinstance(value["Fn::Sub"], str):
        return re.sub(r"\$\{(\w+)\}", lambda name: parameters.get(name[1], name[0]), value["Fn::Sub"])
    return {key: _resolved(item, parameters) for key, item in value.items()}
