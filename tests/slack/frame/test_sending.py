"""Sending: each message once, repainted where it stands, and elsewhere where it cannot stand."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from tests.slack.frame.frames import Frame, does_it, draws, shows_button
from timebot.clock import real_now
from timebot.journal.notices import show_card, tell
from timebot.journal.posted import find_posted
from timebot.playground.slack import Person
from timebot.slack.desk import Drawn

SUBJECT = UUID(int=7)


def show(frame: Frame, *recipients: str) -> None:
    with frame.database.transaction() as session:
        show_card(
            session,
            workspace_id=frame.workspace().id,
            purpose="run",
            subject_id=SUBJECT,
            recipients=recipients,
            now=frame.clock.now(),
        )


def states(frame: Frame) -> list[tuple[str, str | None]]:
    return [(each.state, each.last_error) for each in frame.messages()]


def posts(frame: Frame) -> int:
    """Return how often timebot has tried to post."""
    return sum(each["title"] == "chat.postMessage" for each in frame.slack.exchanges())


def texts(person: Person, conversation: str | None = None) -> list[str]:
    seen = person.messages(conversation)
    return [each.text for each in seen if not each.is_ephemeral]


def test_a_card_is_posted_once_and_then_repainted(frame: Frame, known: Person) -> None:
    frame.cards["run"] = draws("First")
    show(frame, known.id)
    frame.settle()
    frame.cards["run"] = draws("Second")

    show(frame, known.id)
    frame.settle()

    assert texts(known) == ["Second"]


def test_a_card_with_much_to_say_can_be_repainted(frame: Frame, known: Person) -> None:
    frame.cards["run"] = lambda _viewer, _subject: Drawn("word " * 9_000, [])
    show(frame, known.id)
    frame.settle()

    show(frame, known.id)
    frame.settle()

    assert [state for state, _ in states(frame)] == ["done", "done"]


@pytest.mark.parametrize(("with_button", "shown"), [(True, ["Second"]), (False, [])])
def test_a_deleted_card_comes_back_only_while_something_is_to_decide(
    frame: Frame, known: Person, *, with_button: bool, shown: list[str]
) -> None:
    frame.cards["run"] = draws("First")
    show(frame, known.id)
    frame.settle()
    message = known.last_message(containing="First")
    frame.slack.world.messages.delete(message.channel, message.ts)
    frame.cards["run"] = draws("Second", with_button=with_button)

    show(frame, known.id)
    frame.settle()

    assert texts(known) == shown
    assert [state for state, _ in states(frame)] == ["done", "done"]


def test_a_card_whose_answer_was_lost_is_not_posted_again(frame: Frame, known: Person) -> None:
    frame.cards["run"] = draws("Only once")
    frame.slack.fail_next("chat.postMessage", status=None, after_effect=True)

    show(frame, known.id)
    for _ in range(3):
        frame.settle()

    assert texts(known) == ["Only once"]
    assert states(frame)[0][0] == "unknown"
    assert frame.count_audit("outbox_message.may_have_arrived") == 1


@pytest.mark.parametrize(
    "body", [{"ok": False, "error": "internal_error"}, {"ok": False, "error": "fatal_error"}]
)
def test_a_post_that_slack_did_in_part_is_not_repeated(
    frame: Frame, known: Person, body: dict[str, object]
) -> None:
    frame.cards["run"] = draws("Only once")
    frame.slack.fail_next("chat.postMessage", status=200, body=body, after_effect=True)

    show(frame, known.id)
    frame.settle()

    assert texts(known) == ["Only once"]
    assert states(frame)[0][0] == "unknown"


@pytest.mark.parametrize("status", [500, 503, None])
def test_a_repaint_that_slack_did_not_take_is_repeated(
    frame: Frame, known: Person, status: int | None
) -> None:
    frame.cards["run"] = draws("First")
    show(frame, known.id)
    frame.settle()
    frame.cards["run"] = draws("Second")
    frame.slack.fail_next("chat.update", status=status)
    show(frame, known.id)
    frame.settle()

    later = real_now() + timedelta(minutes=1)
    frame.outbox.run_once(now=frame.clock.now(), real_now=later)

    assert texts(known) == ["Second"]


def test_a_pause_that_slack_asks_for_is_kept(frame: Frame, known: Person) -> None:
    frame.cards["run"] = draws("Later")
    frame.slack.fail_next("chat.postMessage", status=429, headers={"Retry-After": "30"})
    show(frame, known.id)
    began = real_now()
    frame.settle()

    frame.outbox.run_once(now=frame.clock.now(), real_now=began + timedelta(seconds=29))
    early = texts(known)
    frame.outbox.run_once(now=frame.clock.now(), real_now=began + timedelta(seconds=40))

    assert early == []
    assert texts(known) == ["Later"]


def test_a_pause_in_the_middle_tells_each_person_once(frame: Frame, known: Person) -> None:
    frame.cards["run"] = draws("Later")
    others = [frame.person(name) for name in ("ben", "cleo")]
    show(frame, known.id)
    frame.settle()
    frame.slack.fail_next("chat.postMessage", status=429, headers={"Retry-After": "30"})
    for other in others:
        show(frame, other.id)
    began = real_now()
    frame.settle()

    frame.outbox.run_once(now=frame.clock.now(), real_now=began + timedelta(seconds=40))

    assert [texts(one) for one in (known, *others)] == [["Later"]] * 3


def test_a_pause_holds_back_all_of_the_kind_and_nothing_else(frame: Frame, known: Person) -> None:
    frame.cards["run"] = draws("Later")
    people = [known, *(frame.person(name) for name in ("ben", "cleo", "dora"))]
    frame.slack.trouble.limit("chat.postMessage", timedelta(seconds=30))
    show(frame, *(person.id for person in people))
    frame.publish(frame.members()[0].id)
    began = real_now()
    frame.settle()
    asked = posts(frame)

    frame.slack.trouble.lift_limits()
    frame.outbox.run_once(now=frame.clock.now(), real_now=began + timedelta(seconds=29))
    early = posts(frame)
    frame.outbox.run_once(now=frame.clock.now(), real_now=began + timedelta(seconds=40))

    assert (asked, early) == (1, 1)
    assert known.home is not None
    assert [texts(person) for person in people] == [["Later"]] * 4


@pytest.mark.parametrize("ending", ["revoke_token", "uninstall"])
def test_messages_wait_while_the_token_is_gone(frame: Frame, known: Person, ending: str) -> None:
    frame.cards["run"] = draws("Never")
    getattr(frame.slack, ending)()

    show(frame, known.id)
    frame.settle()

    ((state, reason),) = states(frame)
    assert state == "waiting"
    assert reason in {"token_revoked", "account_inactive"}


@pytest.mark.parametrize("trouble", ["archived", "not a member", "gone", "public"])
def test_a_card_for_a_channel_that_takes_nothing_goes_to_billing_people(
    frame: Frame, known: Person, trouble: str
) -> None:
    channel = frame.slack.add_channel(
        "billing",
        members=[known.id],
        bot_is_member=trouble != "not a member",
        private=trouble != "public",
    )
    if trouble == "archived":
        frame.slack.change_channel(channel, is_archived=True)
    tom = frame.person("tom")
    tom.command("/try")
    frame.cards["run"] = draws("The run")

    show(frame, "C0NOWHERE" if trouble == "gone" else channel)
    frame.settle()

    excuse, card = texts(known)
    assert "So it comes to you" in excuse
    assert card == "The run"
    assert texts(tom) == []


def test_a_rerouted_card_is_excused_once_and_repainted(frame: Frame, known: Person) -> None:
    frame.cards["run"] = draws("First")
    show(frame, "C0NOWHERE")
    frame.settle()
    frame.cards["run"] = draws("Second")

    show(frame, "C0NOWHERE")
    frame.settle()

    assert texts(known)[1:] == ["Second"]
    assert len(texts(known)) == 2


def test_a_notice_for_a_channel_that_takes_nothing_goes_to_billing_people(
    frame: Frame, known: Person
) -> None:
    frame.notices["budget_crossed"] = lambda _viewer, facts: Drawn(f"At {facts['percent']}.", [])
    with frame.database.transaction() as session:
        tell(
            session,
            workspace_id=frame.workspace().id,
            notice="budget_crossed",
            recipient="C0NOWHERE",
            facts={"percent": 80, "left": None},
            now=frame.clock.now(),
        )

    frame.settle()

    assert texts(known)[-1] == "At 80."


@pytest.mark.usefixtures("known")
def test_nobody_writes_to_people_who_have_left(frame: Frame) -> None:
    frame.cards["run"] = draws("For nobody")
    tom = frame.person("tom")
    tom.command("/try")
    with frame.database.transaction() as session:
        member = session.merge(frame.members()[-1])
        member.deactivated_at = frame.clock.now()

    show(frame, tom.id)
    frame.settle()

    assert texts(tom) == []
    assert states(frame)[-1] == ("done", None)


def test_where_a_card_stands_is_noted_with_its_dm(frame: Frame, known: Person) -> None:
    frame.cards["run"] = draws("Here")

    show(frame, known.id)
    frame.settle()

    with frame.database.read_only() as session:
        posted = find_posted(
            session,
            workspace_id=frame.workspace().id,
            purpose="run",
            subject_id=SUBJECT,
            recipient=known.id,
        )
        assert posted is not None
        assert posted.channel == known.dm


@pytest.fixture
def clicked(frame: Frame, mia: Person) -> Person:
    """Somebody who has clicked, and whose answer still waits in the outbox."""
    frame.commands["/try"] = shows_button
    frame.actions["timer.stop"] = does_it
    mia.click(mia.command("/try"), text="Do it")
    return mia


def test_an_answer_whose_address_has_expired_comes_as_a_direct_message(
    frame: Frame, clicked: Person
) -> None:
    frame.slack.age_tickets(timedelta(minutes=31))

    frame.settle()

    assert texts(clicked) == ["Done with nothing."]
    assert [state for state, _ in states(frame)] == ["done"]


def test_the_sixth_answer_through_an_address_comes_as_a_direct_message(
    frame: Frame, mia: Person
) -> None:
    frame.commands["/try"] = shows_button
    frame.actions["timer.stop"] = does_it
    shown = mia.command("/try")
    mia.click(shown, text="Do it")
    job = frame.messages()[0]
    frame.use_up(job.payload["response_url"])

    frame.settle()

    assert texts(mia) == ["Done with nothing."]


def test_an_answer_that_was_cut_off_is_not_repeated(frame: Frame, clicked: Person) -> None:
    frame.cut_addresses()

    for _ in range(3):
        frame.settle()

    assert [state for state, _ in states(frame)] == ["unknown"]
    assert texts(clicked) == []


def test_an_answer_to_a_slack_that_is_not_there_is_tried_again(
    frame: Frame, clicked: Person
) -> None:
    frame.point_addresses_to("http://127.0.0.1:9/respond/x")

    frame.settle()

    ((state, reason),) = states(frame)
    assert (state, reason) == ("waiting", "ConnectionRefusedError")
    assert texts(clicked) == []


def test_an_address_that_is_none_is_given_up_for_a_direct_message(
    frame: Frame, clicked: Person
) -> None:
    frame.point_addresses_to("not an address")

    frame.settle()

    assert texts(clicked) == ["Done with nothing."]


def test_home_is_published_for_people_only(frame: Frame, known: Person) -> None:
    frame.homes = lambda viewer: {
        "type": "home",
        "blocks": [{"type": "header", "text": {"type": "plain_text", "text": viewer.recipient}}],
    }
    frame.publish(frame.members()[0].id)
    frame.publish(uuid4())

    frame.settle()

    assert known.home is not None
    assert known.id in known.home.all_text
    assert [state for state, _ in states(frame)] == ["done", "done"]
