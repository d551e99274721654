"""From an event of API Gateway to an answer: the app, and the outermost edge around it."""

from collections.abc import Callable
from time import perf_counter
from typing import Any, cast

from chalice.app import Blueprint, Chalice, Response

from jobipro.domain.errors import NotFound
from jobipro.http.headers import SECURITY, cors
from jobipro.http.problems import InternalError, WrongMethod
from jobipro.http.reading import EXCHANGE, Exchange, Incoming, NotARequest, incoming
from jobipro.http.views import View, problem_response
from jobipro.settings import Shared

UNSET = Shared(stage="unset", service_version="unset")
"""For apps that serve nobody: no web origin may read their answers."""

type Handler = Callable[[object, object], dict[str, Any]]


class App(Chalice):
    """A Chalice app whose every route is one of our views.

    Chalice is kept from the process environment and from checks that views make themselves: media types (which it
    would apply to routes without a body, too) and binary answers (there are none).
    """

    def __init__(self, service: str, settings: Shared) -> None:
        super().__init__(app_name=f"chalice.{service}", configure_logs=False, env={})
        self.log.disabled = True
        self.api.binary_types = []
        self.service = service
        self.settings = settings

    def views(self) -> list[tuple[str, str, View]]:
        """Return path, method and view of every route, in the order in which they were written down."""
        return [
            (path, method, cast(View, route.view_function))
            for path, methods in self.routes.items()
            for method, route in methods.items()
        ]


def create_app(service: str, *blueprints: Blueprint, settings: Shared = UNSET) -> App:
    """Return the app that answers the routes of the blueprints.

    Refuses, with a ValueError, a route whose function is no view or names other path parameters than the path.
    """
    app = App(service, settings)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    for path, methods in app.routes.items():
        for method, route in methods.items():
            if not isinstance(route.view_function, View):
                raise ValueError(f"{method} {path} is not a view")
            if route.view_function.path != set(route.view_args):
                raise ValueError(f"{method} {path}: its function must name exactly the parameters of the path")
            if route.content_types != ["application/json"]:
                raise ValueError(f"{method} {path}: say content_types in @view, which answers what does not fit")
            route.content_types = []
    return app


def entry(app: App) -> Handler:
    """Return the Lambda handler of an app: it always answers, and says one line and one metric set a request."""
    from jobipro.observability import Measures, failure, logger

    log, measures = logger(app.service), Measures(app.service)

    def handler(event: object, context: object) -> dict[str, Any]:
        began = perf_counter()
        try:
            request = incoming(event)
        except NotARequest:
            log.error("event not understood")
            return _unasked(app)
        exchange = Exchange(request)
        token = EXCHANGE.set(exchange)
        try:
            response = _answer(app, exchange, context)
        finally:
            EXCHANGE.reset(token)
        route, method = _named(app, request)
        duration = (perf_counter() - began) * 1000
        line: dict[str, object] = {
            "correlation_id": request.correlation_id,
            "route": route,
            "method": method,
            "status": response.status_code,
            "duration_ms": round(duration, 3),
        }
        if exchange.subject is not None:
            line["subject"] = exchange.subject
        if exchange.problem is not None:
            line["problem"] = exchange.problem
        line |= exchange.told
        if exchange.failure is not None:
            log.error("request failed", extra=line | failure(exchange.failure))
        else:
            log.info("request", extra=line)
        measures.write(
            counts={"Requests": 1, **exchange.counts},
            milliseconds={"Latency": duration},
            dimensions={"route": route, "status_class": f"{response.status_code // 100}xx"},
        )
        return _written(app, request, response)

    return handler


def _named(app: App, request: Incoming) -> tuple[str, str]:
    """Return route and method as the log may have them: only those of ours, since a caller can make up others."""
    if request.route not in app.routes:
        return "none", "none"
    return request.route, request.method if request.method in app.routes[request.route] else "none"


def _answer(app: App, exchange: Exchange, context: object) -> Response:
    """Find the route ourselves, since Chalice's own 404 and 405 name what was sent; then let Chalice call the view."""
    request = exchange.incoming
    if request.route not in app.routes:
        return problem_response(NotFound(), exchange)
    methods = app.routes[request.route]
    if request.method not in methods:
        return problem_response(WrongMethod(tuple(sorted(methods))), exchange)
    if not set(methods[request.method].view_args) <= request.path.keys():
        return problem_response(NotFound(), exchange)
    written = app(_event(request), context)
    if not exchange.answered:
        exchange.failure = RuntimeError("the router did not reach the view")
        return problem_response(InternalError(), exchange)
    return Response(
        body=written["body"],
        status_code=written["statusCode"],
        headers=written["headers"] | written["multiValueHeaders"],
    )


def _event(request: Incoming) -> dict[str, Any]:
    """Write the request as Chalice wants it, with everything there that it expects to find."""
    return {
        "requestContext": {"resourcePath": request.route, "httpMethod": request.method},
        "pathParameters": dict(request.path),
        "headers": dict(request.headers),
        "multiValueQueryStringParameters": {name: list(values) for name, values in request.query.items()},
        "stageVariables": None,
        "body": request.body,
        "isBase64Encoded": request.body_is_base64,
    }


def _written(app: App, request: Incoming, response: Response) -> dict[str, Any]:
    """Write the answer as API Gateway wants it, with the headers that every answer carries."""
    headers = {
        **SECURITY,
        **cors(app.settings.allowed_origins, request.headers.get("origin")),
        **response.headers,
        "X-Correlation-Id": request.correlation_id,
    }
    return {
        "statusCode": response.status_code,
        "headers": headers,
        "body": "" if request.method == "HEAD" else response.body,
        "isBase64Encoded": False,
    }


def _unasked(app: App) -> dict[str, Any]:
    """Answer an event that is no request: as an internal error, since API Gateway sends none such."""
    request = incoming({"requestContext": {"resourcePath": "", "httpMethod": ""}})
    return _written(app, request, problem_response(InternalError(), Exchange(request)))
