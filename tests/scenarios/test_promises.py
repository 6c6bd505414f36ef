"""What README.md promises, each promise kept from one end to the other."""

import re
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

from tests.databases import PostgresqlDatabases
from tests.scenarios.agency import Agency, an_agency
from tests.scenarios.books import findings
from tests.scenarios.small_firm import NUMBERS, SUBJECTS, up_to_the_run
from timebot.app import build
from timebot.billing.models import Invoice
from timebot.clock import real_now
from timebot.demo.run import NO_PAUSE
from timebot.doctor import BROKEN
from timebot.playground.slack import LocalSlack, Reply
from timebot.playground.slack.deliver import signature
from timebot.timekeeping.models import TimeEntry

HOUSE = Path(__file__).parents[2]
THREE_SECONDS = 3_000

KEPT_BY = {
    "No hour is lost, none is billed twice, nobody is charged twice": (
        "tests/crashes/test_serving_is_killed.py",
        "tests/scenarios/test_promises.py::test_a_release_clicked_twice",
    ),
    "Every figure can be re-computed with a pocket calculator": (
        "tests/scenarios/test_fortnight.py::test_a_fortnight_ends_with_books_that_agree",
    ),
    "A click or a command always gets an answer": (
        "tests/scenarios/test_promises.py::test_people_are_answered_in_time",
        "tests/scenarios/test_promises.py::test_a_command_that_comes_eight_times",
    ),
    "It runs on one machine with nothing but SQLite, and on many with PostgreSQL": (
        "tests/scenarios/test_promises.py::test_two_servers_on_one_postgresql",
        "tests/scenarios/test_fortnight.py::test_a_fortnight_ends_with_books_that_agree",
    ),
}
"""How each promise begins, and the tests that keep it."""


def test_each_promise_has_a_test_that_keeps_it() -> None:
    readme = (HOUSE / "README.md").read_text("utf-8")
    promises = re.findall(r"^\d\. (.*)$", readme.split("## What it promises")[1], re.MULTILINE)

    assert len(promises) == len(KEPT_BY)
    for promise, (beginning, tests) in zip(promises, KEPT_BY.items(), strict=True):
        assert promise.startswith(beginning)
        for test in tests:
            file, _, name = test.partition("::")
            assert f"def {name or 'test_'}" in (HOUSE / file).read_text("utf-8")


def test_a_release_clicked_twice_and_webhooks_sent_twice_charge_once(
    tmp_path: Path, database_url: str
) -> None:
    with an_agency(tmp_path, database_url) as agency:
        up_to_the_run(agency)
        slack, stripe = agency.world.local.slack, agency.world.local.stripe
        stripe.webhooks.copies = 2
        stripe.webhooks.newest_first = True
        card = agency.newest("olga", "Invoice run", "billing")

        agency.person("olga").click(card, text="Release all (3)")
        slack.resend_last_delivery(8, parallel=True)
        agency.person("olga").click(card, text="Release all (3)")
        agency.world.settle()
        slack.resend_last_delivery(2)
        agency.person("olga").click(card, text="Release all (3)")
        agency.world.settle()

        everything_happened_once(agency)


def test_people_are_answered_in_time_while_stripe_and_the_mail_are_slow(
    tmp_path: Path, database_url: str
) -> None:
    with an_agency(tmp_path, database_url) as agency:
        up_to_the_run(agency)
        agency.world.local.stripe.fail_next("POST *", "slow", seconds=0.4, times=4)
        agency.world.local.resend.fail_next("POST *", "slow", seconds=0.4, times=1)
        card = agency.newest("olga", "Invoice run", "billing")
        release = agency.person("olga").click(card, text="Release all (3)")
        work = threading.Thread(target=agency.world.settle)
        work.start()
        mia = agency.person("mia")
        answers = [release, *(mia.command("/timer add 5m Acme Notes") for _ in range(8))]
        work.join()
        agency.world.settle()

        assert all(answer.error is None and answer.status == 200 for answer in answers)
        assert max(answer.ms for answer in answers) < THREE_SECONDS
        assert all("Added: 5 min" in answer.text for answer in answers[1:])
        assert count_entries(agency) == 3 + len(answers[1:])
        everything_happened_once(agency)


def test_a_command_that_comes_eight_times_at_once_has_one_effect(
    tmp_path: Path, database_url: str
) -> None:
    with an_agency(tmp_path, database_url) as agency:
        agency.types("mia", "/timer status")
        url = agency.world.timebot.settings.public_url
        slack = agency.world.local.slack
        slack.connect("http://127.0.0.1:9/slack/events")
        agency.person("mia").command("/timer start")  # lost on its way
        lost = slack.deliveries[-1]
        slack.connect(f"{url}/slack/events")

        with ThreadPoolExecutor(max_workers=8) as pool:
            replies = list(pool.map(partial(deliver, slack), [lost.body] * 8))

        assert {reply.status for reply in replies} == {200}
        assert [reply.json() for reply in replies] == [replies[0].json()] * 8
        assert count_entries(agency) == 1


def test_two_servers_on_one_postgresql_share_the_work_and_do_it_once(
    tmp_path: Path, postgresql_databases: PostgresqlDatabases
) -> None:
    url = postgresql_databases.create()
    with an_agency(tmp_path, url) as agency:
        up_to_the_run(agency)
        first = agency.world.timebot
        second = build(first.settings, clock=agency.world.local.clock, mail_pause=NO_PAUSE)
        card = agency.newest("olga", "Invoice run", "billing")
        agency.person("olga").click(card, text="Release all (3)")

        threads = [threading.Thread(target=each.worker.drain) for each in (first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        agency.world.settle()
        second.close()

        everything_happened_once(agency)
    postgresql_databases.drop(url)


def everything_happened_once(agency: Agency) -> None:
    """One invoice, one charge and one mail for each client, and nothing for the doctor."""
    local = agency.world.local
    with agency.world.timebot.database.read_only() as session:
        invoices = list(session.scalars(select(Invoice).order_by(Invoice.number)))
    assert [each.number for each in invoices] == list(NUMBERS)
    assert sorted(each.collection for each in invoices) == ["failed", "open", "paid"]
    assert Counter(each["number"] for each in local.stripe.invoices()) == dict.fromkeys(NUMBERS, 1)
    charges = Counter(each["status"] for each in local.stripe.charges())
    assert charges == {"succeeded": 1, "failed": 1}
    assert sorted(mail["subject"] for mail in local.resend.mails()) == list(SUBJECTS)
    assert [each for each in findings(agency) if each.verdict == BROKEN] == []
    assert local.slack.faults() == []


def deliver(slack: LocalSlack, body: bytes) -> Reply:
    """Send bytes to the app as Slack would."""
    time = str(int(real_now().timestamp()))
    headers = {
        "X-Slack-Request-Timestamp": time,
        "X-Slack-Signature": signature(slack.signing_secret, time, body),
    }
    return slack.world.postman.send("command", "again", body, extra_headers=headers)


def count_entries(agency: Agency) -> int:
    with agency.world.timebot.database.read_only() as session:
        return session.scalar(select(func.count()).select_from(TimeEntry)) or 0
