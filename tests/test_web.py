"""The HTTP door: what is let in, what is stored before it is acknowledged, what is refused."""

import http.client
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import pytest
from prometheus_client import CollectorRegistry
from werkzeug.test import Client

from timebot.billing.cards import CardFormUnavailable
from timebot.db import Busy, Database
from timebot.errors import NotFound
from timebot.metrics import create_registry
from timebot.migrations import is_current
from timebot.serving import HttpDoor
from timebot.web import (
    MOST_BYTES,
    BadSignature,
    Doors,
    WebhookEvent,
    create_web,
)


@dataclass
class Behind:
    """What lies behind the routes, remembered."""

    kept: list[tuple[str, WebhookEvent]] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    fault: Exception | None = None

    def keep(self, source: str, event: WebhookEvent) -> None:
        if self.fault is not None:
            raise self.fault
        self.kept.append((source, event))

    def card_form(self, token: str) -> str:
        if token == "away":
            raise CardFormUnavailable
        if token != "good":
            raise NotFound(f"No link {token} <b>here</b>.")
        return "https://pay.example/form"

    def doors(self) -> Doors:
        return Doors(
            slack=None,
            verify={"stripe": signed_with("stripe"), "resend": signed_with("resend")},
            keep=self.keep,
            card_form=self.card_form,
            card_done=self.done.append,
            is_ready=lambda: True,
            registry=CollectorRegistry(),
        )


def signed_with(secret: str) -> Callable[[bytes, Mapping[str, str]], WebhookEvent]:
    def verify(body: bytes, headers: Mapping[str, str]) -> WebhookEvent:
        if headers.get("X-Secret") != secret:
            raise BadSignature
        return WebhookEvent("evt_1", {"body": body.decode()})

    return verify


@pytest.fixture
def behind() -> Behind:
    return Behind()


@pytest.fixture
def web(behind: Behind) -> Client:
    return Client(create_web(behind.doors()))


def test_a_process_that_runs_is_healthy(web: Client) -> None:
    assert web.get("/healthz").status_code == 200


def test_a_migrated_database_is_ready(behind: Behind, database: Database) -> None:
    web = Client(create_web(replace(behind.doors(), is_ready=lambda: is_current(database))))

    assert web.get("/readyz").status_code == 200


def test_an_unmigrated_database_is_not_ready(behind: Behind, empty_database_url: str) -> None:
    database = Database(empty_database_url)
    web = Client(create_web(replace(behind.doors(), is_ready=lambda: is_current(database))))

    status = web.get("/readyz").status_code
    database.dispose()

    assert status == 503


def test_a_database_that_cannot_be_reached_is_not_ready(behind: Behind) -> None:
    def breaks() -> bool:
        raise ConnectionError("no database")

    web = Client(create_web(replace(behind.doors(), is_ready=breaks)))

    assert web.get("/readyz").status_code == 503


def test_metrics_are_prometheus_text(behind: Behind, database: Database) -> None:
    web = Client(create_web(replace(behind.doors(), registry=create_registry(database))))

    answer = web.get("/metrics")

    assert answer.status_code == 200
    assert "# TYPE timebot_outbox_messages gauge" in answer.text


@pytest.mark.parametrize(
    "path",
    ["/", "/slack", "/slack/", "/slack/other", "/paypal/webhook", "/card", "/card/a/b", "/x"],
)
def test_an_unknown_route_is_not_found(web: Client, path: str) -> None:
    assert web.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/slack/install", "/slack/oauth_redirect"])
def test_without_slack_its_pages_are_not_found(web: Client, path: str) -> None:
    assert web.get(path).status_code == 404
    assert web.post("/slack/events").status_code == 404


def test_slack_gets_its_whole_path(behind: Behind) -> None:
    paths: list[str] = []

    def slack(environ: dict[str, str], start_response: Callable[..., object]) -> list[bytes]:
        paths.append(environ["SCRIPT_NAME"] + "|" + environ["PATH_INFO"])
        start_response("200 OK", [])
        return [b"from slack"]

    web = Client(create_web(replace(behind.doors(), slack=slack)))

    answers = [web.post("/slack/events").text, web.get("/slack/install?x=1").text]

    assert answers == ["from slack", "from slack"]
    assert paths == ["|/slack/events", "|/slack/install"]


@pytest.mark.parametrize("path", ["/slack/events", "/stripe/webhook", "/resend/webhook"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_what_is_posted_cannot_be_got(web: Client, path: str, method: str) -> None:
    assert web.open(path, method=method).status_code == 405


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/card/good", "/card/done"])
def test_what_is_got_cannot_be_posted(web: Client, path: str) -> None:
    assert web.post(path).status_code == 405


@pytest.mark.parametrize("source", ["stripe", "resend"])
def test_a_webhook_is_acknowledged_once_it_is_stored(
    web: Client, behind: Behind, source: str
) -> None:
    answer = web.post(f"/{source}/webhook", data="{}", headers={"X-Secret": source})

    assert answer.status_code == 200
    assert behind.kept == [(source, WebhookEvent("evt_1", {"body": "{}"}))]


@pytest.mark.parametrize("secret", [{}, {"X-Secret": "resend"}])
def test_a_webhook_that_is_forged_is_refused_and_not_stored(
    web: Client, behind: Behind, secret: dict[str, str]
) -> None:
    answer = web.post("/stripe/webhook", data="{}", headers=secret)

    assert answer.status_code == 400
    assert behind.kept == []


@pytest.mark.parametrize(("fault", "status"), [(Busy(), 503), (RuntimeError("full"), 500)])
def test_a_webhook_that_could_not_be_stored_is_not_acknowledged(
    web: Client, behind: Behind, fault: Exception, status: int
) -> None:
    behind.fault = fault

    answer = web.post("/stripe/webhook", data="{}", headers={"X-Secret": "stripe"})

    assert answer.status_code == status
    assert "full" not in answer.text


def test_a_provider_that_is_not_set_up_has_no_webhook(behind: Behind) -> None:
    web = Client(create_web(replace(behind.doors(), verify={})))

    assert web.post("/stripe/webhook", data="{}").status_code == 404


def test_a_card_link_leads_to_the_form_and_tells_nobody_where_it_came_from(web: Client) -> None:
    answer = web.get("/card/good")

    assert answer.status_code == 303
    assert answer.headers["Location"] == "https://pay.example/form"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_dead_card_link_says_so_without_running_what_it_names(web: Client) -> None:
    answer = web.get("/card/<script>x</script>".replace("/script", "%2Fscript"))

    assert answer.status_code == 404
    assert "<script>" not in answer.text
    assert "<b>" not in web.get("/card/dead").text
    assert "No link dead" in web.get("/card/dead").text


def test_while_stripe_is_away_a_card_link_asks_for_patience(web: Client) -> None:
    answer = web.get("/card/away")

    assert answer.status_code == 503
    assert "Please try again later" in answer.text
    assert "does not work" not in answer.text


def test_a_client_who_comes_back_is_thanked(web: Client, behind: Behind) -> None:
    answer = web.get("/card/done?session_id=cs_1")

    assert "Thank you" in answer.text
    assert behind.done == ["cs_1"]


@pytest.fixture
def port(behind: Behind) -> Iterator[int]:
    """Where a real server listens."""
    door = HttpDoor(create_web(behind.doors()), host="127.0.0.1", port=0)
    door.start()
    yield int(door.url.rpartition(":")[2])
    door.stop()


@pytest.mark.parametrize("path", ["/stripe/webhook", "/slack/events", "/nowhere"])
def test_a_body_that_is_too_large_is_refused_unread(port: int, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.putrequest("POST", path)
    connection.putheader("Content-Length", str(MOST_BYTES + 1))
    connection.endheaders()

    status = connection.getresponse().status
    connection.close()

    assert status == 413


def test_a_large_body_without_a_length_is_refused(port: int, behind: Behind) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    chunks = iter([b"x" * 100_000] * 11)
    headers = {"X-Secret": "stripe"}
    try:
        connection.request("POST", "/stripe/webhook", chunks, headers, encode_chunked=True)
        status = connection.getresponse().status
    except (BrokenPipeError, ConnectionResetError):
        status = 413
    connection.close()

    assert status == 413
    assert behind.kept == []
