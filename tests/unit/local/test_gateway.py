"""What the emulator leaves out of an API is put in from the transformed template."""

from collections.abc import Callable
from typing import Any

from infra.local.gateway import complete_api

PREFLIGHT = {
    "x-amazon-apigateway-integration": {
        "type": "mock",
        "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "responses": {
            "default": {
                "statusCode": "200",
                "responseParameters": {
                    "method.response.header.Access-Control-Allow-Origin": {"Fn::Sub": "'${AllowedOrigins}'"}
                },
                "responseTemplates": {"application/json": "{}"},
            }
        },
    }
}

TEMPLATE = {
    "Resources": {
        "Table": {"Type": "AWS::DynamoDB::Table"},
        "Api": {
            "Type": "AWS::ApiGateway::RestApi",
            "Properties": {
                "Body": {
                    "paths": {"/x": {"get": {}, "options": PREFLIGHT}, "/hidden": {"get": {}}},
                    "x-amazon-apigateway-gateway-responses": {
                        "UNAUTHORIZED": {
                            "statusCode": 401,
                            "responseParameters": {"gatewayresponse.header.A": {"Ref": "AllowedOrigins"}},
                            "responseTemplates": {"application/json": "{}"},
                        }
                    },
                }
            },
        },
    }
}

ANSWERS: dict[str, Any] = {
    "get_template": {"TemplateBody": TEMPLATE},
    "describe_stack_resources": {"StackResources": [{"LogicalResourceId": "Api", "PhysicalResourceId": "api1"}]},
    "get_resources": {"items": [{"path": "/x", "id": "r1"}, {"path": "/hidden", "id": "r2"}]},
    "get_stages": {"item": [{"stageName": "local"}]},
}


class Recorder:
    """A client of any service that notes each call."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            self.calls.append((name, arguments))
            return ANSWERS.get(name)

        return call

    def of(self, name: str) -> list[dict[str, Any]]:
        return [arguments for called, arguments in self.calls if called == name]


def test_preflights_errors_and_a_second_deployment_follow_the_template():
    cloud = Recorder()
    complete_api(cloud, cloud, "jobipro-local", {"AllowedOrigins": "https://jobipro.test"})

    (integration,) = cloud.of("put_integration")
    (answer,) = cloud.of("put_integration_response")
    (response,) = cloud.of("put_gateway_response")
    assert (integration["resourceId"], integration["httpMethod"], integration["type"]) == ("r1", "OPTIONS", "MOCK")
    assert answer["responseParameters"] == {
        "method.response.header.Access-Control-Allow-Origin": "'https://jobipro.test'"
    }
    assert response["statusCode"] == "401"
    assert response["responseParameters"] == {"gatewayresponse.header.A": "https://jobipro.test"}
    assert cloud.calls[-1] == ("create_deployment", {"restApiId": "api1", "stageName": "local"})
