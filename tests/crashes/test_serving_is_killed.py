"""SIGKILL of a whole server, again and again between release and done; each life goes on."""

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from tests.crashes.gate import Gate, Trap, gates
from tests.crashes.serving_child import READY
from tests.scenarios.agency import an_agency
from tests.scenarios.small_firm import NUMBERS, SUBJECTS, up_to_the_run
from timebot.billing.models import Invoice
from timebot.billing.payment_models import Mail
from timebot.clock import real_now
from timebot.db import Database
from timebot.demo.environment import free_port, local_environment
from timebot.doctor import invariants
from timebot.journal.models import InboxDelivery, OutboxMessage
from timebot.playground.world import LocalWorld
from timebot.slack.manifest import event_names

pytestmark = pytest.mark.slow

MOMENTS = (
    ("stripe", "POST /v1/invoices", "after"),
    ("stripe", "POST /v1/invoices/*/finalize", "before"),
    ("stripe", "POST /v1/invoices/*/pay", "after"),
    ("resend", "POST /emails", "after"),
    ("slack", "POST /api/chat.update", "before"),
)
"""At which call the server dies: before it arrives, or when its answer is lost."""

WAIT = 30
"""Bounds each wait, in seconds; a server comes up within two where nothing else runs."""


@dataclass
class Server:
    """The server in a process of its own, born again after each death."""

    database_url: str
    local: LocalWorld
    clock: Path
    gates: dict[str, Gate]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = local_environment(self.local, self.database_url, self.url)
        environment |= {
            "STRIPE_API_BASE": self.gates["stripe"].server.url,
            "RESEND_API_URL": self.gates["resend"].server.url,
            "SLACK_API_URL": f"{self.gates['slack'].server.url}/api/",
            "LOG_LEVEL": "ERROR",
        }
        told = {"environment": environment, "clock": str(self.clock), "port": self.port}
        command = [sys.executable, "-m", "tests.crashes.serving_child", json.dumps(told)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == READY

    def set_trap(self, where: str, call: str, moment: str) -> Trap:
        assert self.process is not None
        trap = Trap(call, moment, self.process.kill)
        for name, gate in self.gates.items():
            # Once it has sprung, no gate lets anything of the dead one through.
            gate.trap = trap if name == where else None
        return trap

    def bury(self) -> int:
        """Wait for its end and return its exit code."""
        assert self.process is not None
        assert self.process.stdout is not None
        code = self.process.wait(WAIT)
        self.process.stdout.close()
        self.process = None
        return code

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            assert self.bury() == 0


def test_a_server_killed_five_times_sends_and_charges_each_invoice_once(
    tmp_path: Path, database_url: str
) -> None:
    with an_agency(tmp_path, database_url) as agency:
        up_to_the_run(agency)
    with a_server(tmp_path, database_url) as server:
        server.start()
        first, *others = MOMENTS
        trap = server.set_trap(*first)
        release_all(server)
        for following in [*others, None]:
            assert trap.sprung.wait(WAIT)
            assert server.bury() == -signal.SIGKILL
            hours_pass(server)
            if following is None:
                let_all_pass(server)
            server.start()
            if following is not None:
                trap = server.set_trap(*following)
        wait_until_done(server)
        server.stop()

        everything_happened_once(server)


@contextmanager
def a_server(folder: Path, database_url: str) -> Iterator[Server]:
    """Open the local world again, with gates before it and no server yet."""
    local = LocalWorld(folder)
    local.start()
    with gates(local.stripe.url, local.resend.url, local.slack.url) as opened:
        named = dict(zip(("stripe", "resend", "slack"), opened, strict=True))
        server = Server(database_url, local, folder / "world.db", named)
        local.connect(server.url, events=event_names())
        try:
            yield server
        finally:
            if server.process is not None:
                server.process.kill()
                server.bury()
            local.stop()


def release_all(server: Server) -> None:
    olga = server.local.slack.person("olga")
    card = olga.last_message("billing", "Invoice run")
    olga.click(card, text="Release all (3)")


def hours_pass(server: Server) -> None:
    """Let the leases of the dead one end, and Stripe and Resend forget their keys."""
    past = real_now() - timedelta(seconds=1)
    database = Database(server.database_url)
    with database.transaction() as session:
        for table in (Invoice, OutboxMessage):
            held = table.claimed_until.is_not(None)
            session.execute(update(table).where(held).values(claimed_until=past))
        waits = InboxDelivery.retry_at.is_not(None)
        session.execute(update(InboxDelivery).where(waits).values(retry_at=past))
    database.dispose()
    server.local.stripe.expire_idempotency_keys()
    server.local.resend.expire_idempotency_keys()


def let_all_pass(server: Server) -> None:
    for gate in server.gates.values():
        gate.trap = None


def wait_until_done(server: Server) -> None:
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        server.local.stripe.deliver_pending()
        server.local.resend.deliver_pending()
        if what_waits(server) == (0, 0, 0):
            return
        time.sleep(0.2)
    raise AssertionError(what_waits(server))


def what_waits(server: Server) -> tuple[int, ...]:
    """Count steps of invoices, messages to Slack and webhooks that are still to be done."""
    conditions = (
        Invoice.next_step_at.is_not(None),
        OutboxMessage.state == "waiting",
        InboxDelivery.state == "waiting",
    )
    database = Database(server.database_url)
    with database.read_only() as session:
        counts = tuple(session.scalar(select(func.count()).where(one)) or 0 for one in conditions)
    database.dispose()
    return counts


def everything_happened_once(server: Server) -> None:
    """Hold our tables against what Stripe, Resend and Slack remember."""
    database = Database(server.database_url)
    with database.read_only() as session:
        invoices = list(session.scalars(select(Invoice).order_by(Invoice.number)))
        mails = list(session.scalars(select(Mail)))
        assert invariants(session) == []
    database.dispose()
    stripe, resend = server.local.stripe, server.local.resend

    assert [each.number for each in invoices] == list(NUMBERS)
    assert [each.collection for each in invoices] == ["paid", "failed", "open"]
    assert {each.delivery for each in invoices} == {"delivered"}
    assert Counter(each["number"] for each in stripe.invoices()) == dict.fromkeys(NUMBERS, 1)
    assert Counter(each["status"] for each in stripe.charges()) == {"succeeded": 1, "failed": 1}
    assert len(mails) == len(NUMBERS)
    assert sorted(mail["subject"] for mail in resend.mails()) == list(SUBJECTS)
    runs = [
        message
        for message in server.local.slack.person("olga").messages("billing")
        if "Invoice run" in message.all_text
    ]
    assert len(runs) == 1
    assert "1 paid and 2 not paid yet" in runs[0].all_text
