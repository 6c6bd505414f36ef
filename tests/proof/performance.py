"""One performance: the script from release to done, played to its end whatever happens on the way.

People and webhooks do what they do in life: Olga presses Release until the card says that it was
released, Stripe and Resend repeat webhooks until they are taken, Sakura pays once it has the link.
"""

import signal
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, update

from tests.crashes.gate import gates
from tests.proof import child
from tests.proof.lives import Died, Life, NeverDone, Nursery
from tests.proof.points import CALL, COMMIT, Calls, Point
from tests.proof.stage import PAYING, Stage
from tests.scenarios.agency import WORKS
from timebot.backup.restoring import restore_backup
from timebot.billing.models import Invoice
from timebot.billing.pausing import resume_billing
from timebot.billing.reconciling import Reconciler
from timebot.cli.opening import operator
from timebot.clock import real_now
from timebot.db import Database
from timebot.demo.environment import free_port, local_environment
from timebot.gateways.stripe_gateway import StripeProcessor
from timebot.journal.models import InboxDelivery, OutboxMessage
from timebot.playground.slack import Message
from timebot.playground.world import LocalWorld
from timebot.slack.manifest import event_names
from timebot.team.models import Workspace

_PATIENCE_SECONDS = 60
"""Bounds each wait; nothing waits longer than a second unless something is broken."""

_ROUNDS = 40
_RELEASE = "Release all"


class Performance:
    """A copy of the stage with a timebot on it.

    Attributes:
        local: Slack, Stripe and Resend, which remember.
        calls: what goes through the gates.
        forgotten_cards: how many cards in Slack the database knows nothing of any more.
    """

    def __init__(
        self,
        stage: Stage,
        nursery: Nursery,
        local: LocalWorld,
        calls: Calls,
        urls: dict[str, str],
        clock: Path,
    ) -> None:
        self.local = local
        self.calls = calls
        self.database_url = ""
        self.forgotten_cards = 0
        self._stage = stage
        self._nursery = nursery
        self._urls = urls
        self._clock = clock
        self._port = free_port()
        self._lives: list[Life] = []
        self._restored: list[str] = []
        local.connect(self._url, events=event_names())

    @property
    def _url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def life(self) -> Life:
        """The one that answers requests."""
        return self._lives[0]

    def begin(self, *, dies_at: Point | None = None) -> None:
        """Let a timebot come to life, which dies at this point."""
        own = dies_at if dies_at is not None and dies_at.kind == COMMIT else None
        self._lives = [self._born(self._port, own)]
        if dies_at is not None and dies_at.kind == CALL:
            self.calls.kill_at(dies_at, self.life.kill)

    def add_workers(self, count: int) -> None:
        """Let more come to life beside the first, which nobody sends requests to."""
        self._lives += [self._born(free_port(), None) for _ in range(count)]

    def go_on(self) -> None:
        """Play the script to its end.

        Raises:
            Died: if the timebot dies on the way.
            NeverDone: if the end is never reached.
        """
        for _ in range(_ROUNDS):
            if self._one_round() == 0:
                if self._is_done():
                    return
                self._let_time_pass()
        raise NeverDone

    def endure(self) -> None:
        """Play on until the timebot dies, and bury it; end one that does not."""
        try:
            self.go_on()
        except Died:
            self.bury()
        except NeverDone:
            # Too many lines were broken; what was begun must come to its end in calm weather.
            self._end_all()
        else:
            self._end_all()

    def race(self) -> None:
        """Let all lives work at once while leases count for nothing, then go on."""
        self._press_release()
        for each in self._lives:
            each.tell(child.DRAIN)
        waiting = list(self._lives)
        while waiting:
            self.end_leases()
            waiting = [one for one in waiting if not one.has_answered(0.005)]
        for each in self._lives:
            each.hear()
        self.go_on()

    def bury(self) -> None:
        """Bury the one that was killed; its leases end, since nobody renews them."""
        code = self.life.bury()
        assert code == -signal.SIGKILL, code
        self.calls.is_over()
        self.end_leases()

    def forget_keys(self) -> None:
        """Let Stripe and Resend forget every idempotency key, as they do after a day."""
        self.local.stripe.expire_idempotency_keys()
        self.local.resend.expire_idempotency_keys()

    def restore_older(self) -> None:
        """Lose the database and restore the backup from before the run was opened."""
        self.forgotten_cards = len(cards(self.local))
        self.restore(self._stage.older_backup)

    def restore(self, backup: Path | None = None) -> None:
        """Lose the database, restore the backup into an empty one, and compare the books.

        This is what `timebot restore` and `timebot reconcile --go-on` do.
        """
        self._end_all()
        self.database_url = self._stage.databases.create(migrated=False)
        self._restored.append(self.database_url)
        now = self.local.clock.now()
        restore_backup(
            self.database_url,
            backup or self._stage.backup,
            where="",
            now=now,
            tell=lambda _done, _total: None,
        )
        database = Database(self.database_url)
        processor = StripeProcessor(self.local.stripe.api_key, api_base=self.local.stripe.url)
        with database.read_only() as session:
            workspace_id = session.scalars(select(Workspace.id)).one()
        Reconciler(database, processor).reconcile(workspace_id, now=now)
        with database.transaction() as session:
            workspace = session.get_one(Workspace, workspace_id)
            owner = operator(session, workspace, now)
            resume_billing(session, workspace=workspace, actor=owner, surface="cli", now=now)
        database.dispose()

    def end_leases(self) -> None:
        """Let the leases and the waits of whoever holds them end."""
        past = real_now() - timedelta(seconds=1)
        database = Database(self.database_url)
        with database.transaction() as session:
            for table in (Invoice, OutboxMessage):
                held = table.claimed_until.is_not(None)
                session.execute(update(table).where(held).values(claimed_until=past))
            for waits in (OutboxMessage, InboxDelivery):
                pauses = waits.retry_at.is_not(None)
                session.execute(update(waits).where(pauses).values(retry_at=past))
        database.dispose()

    def card(self) -> Message | None:
        """Return the newest card of the run, if there is one that the database knows of."""
        known = cards(self.local)[self.forgotten_cards :]
        return known[-1] if known else None

    def close(self) -> None:
        """End what lives and remove what was restored."""
        for each in self._lives:
            each.kill()
            each.bury()
        for url in self._restored:
            self._stage.databases.drop(url)

    def _end_all(self) -> None:
        for each in self._lives:
            each.end()
        self.end_leases()

    def _born(self, port: int, dies_at: Point | None) -> Life:
        environment = local_environment(self.local, self.database_url, self._url)
        environment |= self._urls | {"LOG_LEVEL": "ERROR"}
        return self._nursery.bear(child.Birth(environment, self._clock, port, dies_at))

    def _one_round(self) -> int:
        self._press_release()
        done = self._drain()
        done += self.local.stripe.deliver_pending() + self.local.resend.deliver_pending()
        return done + self._client_pays()

    def _press_release(self) -> None:
        """Press the button while it is there; a second time finds nothing left to release."""
        card = self.card()
        labels = [label for label in card.buttons if label.startswith(_RELEASE)] if card else []
        if card and labels:
            # A click on one who dies of it is answered by nobody; the drain finds that out.
            self.local.slack.person("olga").click(card, text=labels[0])

    def _drain(self) -> int:
        for each in self._lives:
            each.tell(child.DRAIN)
        return sum(each.hear() for each in self._lives)

    def _client_pays(self) -> int:
        """Let Sakura follow the link in its mail, once the mail is there."""
        if any(one["status"] == "paid" for one in self._theirs()):
            return 0
        for mail in self.local.resend.mails():
            if f"accounts@{PAYING.lower()}.example" in mail["to"]:
                link = next(word for word in mail["text"].split() if "/invoice/" in word)
                form = urllib.parse.urlencode({"number": WORKS}).encode()
                with urllib.request.urlopen(link, form, timeout=_PATIENCE_SECONDS):  # noqa: S310 - loopback
                    return 1
        return 0

    def _theirs(self) -> list[dict[str, object]]:
        customers = {one["id"] for one in self.local.stripe.customers() if one["name"] == PAYING}
        return [one for one in self.local.stripe.invoices() if one["customer"] in customers]

    def _is_done(self) -> bool:
        conditions = (
            Invoice.collection != "paid",
            Invoice.next_step_at.is_not(None),
            OutboxMessage.state == "waiting",
            InboxDelivery.state == "waiting",
        )
        database = Database(self.database_url)
        with database.read_only() as session:
            left = [session.scalar(select(func.count()).where(one)) for one in conditions]
        database.dispose()
        return not any(left)

    def _let_time_pass(self) -> None:
        """Go on to what is due next; a night at most, in which the books are compared."""
        now = self.local.clock.now()
        database = Database(self.database_url)
        with database.read_only() as session:
            due = session.scalar(select(func.min(Invoice.next_step_at)))
        database.dispose()
        night = now + timedelta(days=1)
        self.local.clock.move_to(max(now, min(due or night, night)) + timedelta(seconds=1))
        self.end_leases()


def cards(local: LocalWorld) -> list[Message]:
    """Return the cards of runs in the billing channel, oldest first."""
    messages = local.slack.person("olga").messages("billing")
    return [one for one in messages if "Invoice run" in one.all_text]


@contextmanager
def performing(stage: Stage, nursery: Nursery, folder: Path) -> Iterator[Performance]:
    """Copy the stage into a folder that is not there yet, and clear it away at the end."""
    with stage.copied(folder) as url:
        local = LocalWorld(folder, app_name="timebot")
        local.start()
        # Their own threads would deliver at any moment; here they are delivered in turn.
        local.stripe.webhooks.paused = local.resend.webhooks.paused = True
        calls = Calls()
        with gates(local.stripe.url, local.resend.url, local.slack.url) as opened:
            for each in opened:
                each.trap = calls
            stripe, resend, slack = (each.server.url for each in opened)
            urls = {
                "STRIPE_API_BASE": stripe,
                "RESEND_API_URL": resend,
                "SLACK_API_URL": f"{slack}/api/",
            }
            performance = Performance(stage, nursery, local, calls, urls, folder / "world.db")
            performance.database_url = url
            try:
                yield performance
            finally:
                performance.close()
                local.stop()
