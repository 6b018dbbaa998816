"""The door of the page's server: names, origins, sizes, methods, headers; what is refused and how."""

from __future__ import annotations

import json

import pytest

from experiments.web.settings import Settings, check_host, is_loopback
from sim.errors import UserError
from tests.web import client_of


@pytest.fixture(scope="module")
def client():
    with client_of() as client:
        yield client


def problem_of(response) -> dict:
    """The one shape of a refusal."""
    error = response.json()["error"]
    assert set(error) == {"status", "problem", "findings"} and error["status"] == response.status_code
    assert "Traceback" not in response.text and "/site-packages/" not in response.text
    return error


@pytest.mark.parametrize("path", ["/", "/api/health", "/api/nothing", "/static/nothing.js"])
def test_every_answer_leaves_with_the_policy(client, path):
    headers = client.get(path).headers
    assert "default-src 'self'" in headers["content-security-policy"] and "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in headers


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "evil.example:8000", "127.0.0.1.evil.example", "user@127.0.0.1", "[::1", "10.1.2.3", "",
        "a b", "127.0.0.1/x",
    ],
)  # fmt: skip
def test_other_names_are_refused(client, host):
    assert client.get("/", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost:8000", "LOCALHOST", "127.0.0.1", "127.8.8.8:99", "[::1]:8000", "localhost."])
def test_names_of_this_machine_are_taken(client, host):
    assert client.get("/api/health", headers={"Host": host}).status_code == 200


def test_an_open_server_is_asked_by_number_or_given_name():
    with client_of(Settings(host="0.0.0.0", workers=1, allowed_hosts=("class.local",))) as client:
        for host, status in (("192.168.1.7:8000", 200), ("class.local", 200), ("evil.example", 421), ("class.local.evil", 421)):
            assert client.get("/api/health", headers={"Host": host}).status_code == status, host


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}, 200),
    ],
)
def test_other_sites_pages_do_not_ask(client, headers, status):
    assert client.get("/api/health", headers=headers).status_code == status


def test_other_sites_pages_do_not_send(client):
    for origin in ("http://evil.example", "null", "http://127.0.0.1:9999"):
        assert client.post("/api/health", headers={"Origin": origin}).status_code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "NONSENSE"])
@pytest.mark.parametrize("path", ["/", "/api/health", "/static/page.js"])
def test_other_methods_are_refused(client, method, path):
    assert client.request(method, path).status_code in (405, 404)


def test_long_addresses_and_large_bodies_are_refused(client):
    assert client.get("/api/health?" + "a" * 20_000).status_code == 414
    assert client.post("/api/health", content=b"x" * 600_000).status_code == 413
    assert client.post("/api/health", headers={"Content-Length": "-5"}, content=b"").status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "../app.py", "..%2fapp.py", "%2e%2e/%2e%2e/pyproject.toml", "....//app.py", "/etc/passwd", "index.html/../../app.py",
        "a" * 5000, "\x00", "%00", "con", "..\\app.py", "C:/Windows/win.ini", "file:///etc/passwd", "index.html%00.js",
    ],
)  # fmt: skip
def test_no_address_becomes_a_path(client, path):
    response = client.get(f"/static/{path.encode('unicode_escape').decode()}")
    assert response.status_code == 404 and "root:" not in response.text and "import" not in response.text


def test_refusals_have_one_shape(client):
    assert problem_of(client.get("/api/nothing"))["problem"]
    assert problem_of(client.get("/", headers={"Host": "evil.example"}))["status"] == 421
    assert json.loads(client.post("/api/health").text)["error"]["status"] == 405


def test_words_of_known_languages_only(client):
    assert client.get("/api/words/en").json()["language"] == "en"
    for language in ("xx", "..", "en%2f..", "EN"):
        assert client.get(f"/api/words/{language}").status_code == 404


@pytest.mark.parametrize("host", ["", "a b", "http://x", "x/y", "a@b"])
def test_hosts_that_are_none(host):
    with pytest.raises(UserError):
        check_host(host)


def test_loopback():
    assert is_loopback("127.0.0.1") and is_loopback("::1") and is_loopback("localhost")
    assert not is_loopback("0.0.0.0") and not is_loopback("localhost.evil.example")
