"""The API's address on this machine: what comes in goes on unchanged, and what comes back too."""

import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from infra.local.proxy import MOST_BODY, Proxy, Route, proxy_to, read_body
from infra.local.settings import HOST
from infra.local.web import QuietHandler, serving

type Seen = list[tuple[str, str, list[tuple[str, str]], bytes]]


@contextmanager
def _proxy(upstream: type[QuietHandler]) -> Iterator[int]:
    with serving(0, upstream) as cloud, serving(0, proxy_to(Route(8000, cloud, "abc", "local"))) as port:
        yield port


@pytest.fixture
def seen() -> Seen:
    """What reached the other side."""
    return []


@pytest.fixture
def port(seen: Seen) -> Iterator[int]:
    """A proxy before a server that notes what it is asked."""

    class Upstream(QuietHandler):
        def note(self) -> None:
            body = read_body(self)
            seen.append((self.command, self.requestline.split()[1], self.headers.items(), body))
            self.answer(201, "text/plain", b"made", {"X-Two": "one", "Retry-After": "7"})

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = note

    with _proxy(Upstream) as port:
        yield port


@pytest.fixture
def connection(port: int) -> Iterator[http.client.HTTPConnection]:
    """A client that keeps its connection."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    yield connection
    connection.close()


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_methods_pass(connection: http.client.HTTPConnection, seen: Seen, method: str):
    connection.request(method, "/x")
    answer = connection.getresponse()

    assert (answer.status, answer.getheader("X-Two"), answer.getheader("Retry-After")) == (201, "one", "7")
    assert answer.read() == (b"" if method == "HEAD" else b"made")
    assert answer.getheader("Content-Length") == "4"
    assert seen[0][0] == method


@pytest.mark.parametrize("target", ["/", "//two//slashes/", "/a%2Fb%20c", "/x?q=%C3%A9&q=&empty", "/x/../y", "/;p?/?"])
def test_paths_and_queries_pass_as_they_were_written(connection: http.client.HTTPConnection, seen: Seen, target: str):
    connection.request("GET", target)
    connection.getresponse().read()

    assert seen[0][1] == "/_aws/execute-api/abc/local" + target


def test_headers_pass_but_for_those_of_the_connection(connection: http.client.HTTPConnection, seen: Seen):
    headers = {"Authorization": "token", "X-Odd": "a, b", "Connection": "keep-alive, x", "TE": "trailers"}
    connection.request("GET", "/", headers=headers)
    connection.getresponse().read()

    names = [name.lower() for name, _ in seen[0][2]]
    assert ("X-Odd", "a, b") in seen[0][2]
    assert names.count("host") == names.count("authorization") == 1
    assert not {"te", "connection"} & set(names)


def test_the_source_is_the_connections_and_cannot_be_made_up(connection: http.client.HTTPConnection, seen: Seen):
    connection.request("GET", "/", headers={"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"})
    connection.getresponse().read()

    assert [value for name, value in seen[0][2] if name.lower() == "x-forwarded-for"] == [HOST]
    assert [value for name, value in seen[0][2] if name.lower() == "x-forwarded-proto"] == ["http"]


def test_headers_that_choose_a_service_of_the_emulator_do_not_pass(connection: http.client.HTTPConnection, seen: Seen):
    connection.request("GET", "/x", headers={"X-Amz-Target": "DynamoDB_20120810.Scan", "X-Other": "1"})
    connection.getresponse().read()

    names = {name.lower() for name, _ in seen[0][2]}
    assert "x-amz-target" not in names
    assert "x-other" in names


@pytest.mark.parametrize("host", ["attacker.example", "127.0.0.1.attacker.example:8000", "", "//[", "127.0.0.1@x"])
def test_a_request_to_another_name_is_refused(connection: http.client.HTTPConnection, seen: Seen, host: str):
    connection.request("GET", "/x", headers={"Host": host})

    assert connection.getresponse().status == 421
    assert seen == []


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000"])
def test_our_own_names_are_answered(connection: http.client.HTTPConnection, seen: Seen, host: str):
    connection.request("GET", "/x", headers={"Host": host})

    assert connection.getresponse().status == 201


def test_large_bodies_pass_byte_for_byte(connection: http.client.HTTPConnection, seen: Seen):
    body = bytes(range(256)) * 20_000
    connection.request("POST", "/", body)
    connection.getresponse().read()

    assert seen[0][3] == body


def test_a_body_in_chunks_passes_whole(connection: http.client.HTTPConnection, seen: Seen):
    connection.request("POST", "/", iter([b"one ", b"two ", b"three"]), encode_chunked=True)
    connection.getresponse().read()

    assert seen[0][3] == b"one two three"


def test_one_connection_serves_many_requests(connection: http.client.HTTPConnection, seen: Seen):
    for number in range(3):
        connection.request("POST", f"/{number}", b"x" * number)
        assert connection.getresponse().read() == b"made"

    assert [len(body) for *_, body in seen] == [0, 1, 2]


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (f"Content-Length: {MOST_BODY + 1}", 413),
        ("Content-Length: -1", 400),
        ("Content-Length: many", 400),
        ("Transfer-Encoding: chunked\r\n\r\nnonsense", 400),
        (f"Transfer-Encoding: chunked\r\n\r\n{MOST_BODY + 1:x}", 413),
    ],
)
def test_bodies_that_cannot_be_taken_are_refused_with_a_problem(port: int, seen: Seen, head: str, status: int):
    answer = _raw(port, f"POST / HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n".encode())

    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"application/problem+json" in answer
    assert not seen


def test_a_target_that_is_no_url_is_refused_with_a_problem(port: int, seen: Seen):
    answer = _raw(port, b"GET /\xe9 HTTP/1.1\r\nHost: localhost\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert not seen


def test_a_cloud_that_does_not_answer_is_a_problem_that_asks_to_try_again():
    with socket.create_server((HOST, 0)) as nobody:
        gone = nobody.getsockname()[1]
    with serving(0, proxy_to(Route(8000, gone, "abc", "local"))) as port:
        answer = _raw(port, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 503 ")


def test_nothing_is_written_about_requests(connection: http.client.HTTPConnection, capfd: pytest.CaptureFixture[str]):
    connection.request("GET", "/verify/secret")
    connection.getresponse().read()

    assert capfd.readouterr() == ("", "")


def test_each_route_has_a_handler_of_its_own():
    first = proxy_to(Route(8000, 1, "a", "local"))
    second = proxy_to(Route(9000, 2, "b", "local"))

    assert issubclass(first, Proxy)
    assert issubclass(second, Proxy)
    assert first.route.prefix == "/_aws/execute-api/a/local"
    assert second.route.prefix == "/_aws/execute-api/b/local"


def _raw(port: int, request: bytes) -> bytes:
    with socket.create_connection((HOST, port), timeout=5) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while part := connection.recv(65536):
            received += part
    return received
