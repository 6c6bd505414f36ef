from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient

from timebot.playground.slack import LocalSlack, NotThere, Person

from .parts import button, buttons, field, modal, option, section, text_field, words

Opened = Callable[..., None]


@pytest.fixture
def opened(client: WebClient, slack: LocalSlack, mia: Person) -> Opened:
    """Open a modal for Mia."""

    def open_modal(*blocks: dict[str, Any], **more: object) -> None:
        trigger_id = slack.world.tickets.new_trigger(mia.id)
        view = {**modal(*blocks, callback_id="pour"), **more}
        client.views_open(trigger_id=trigger_id, view=view)

    return open_modal


def submissions(app: App, **answer: object) -> list[dict[str, Any]]:
    """Answer every submission like this; return the bodies as they come."""
    seen: list[dict[str, Any]] = []

    @app.view("pour")
    def pour(ack: Ack, body: dict[str, Any]) -> None:
        seen.append(body)
        ack(**answer)  # type: ignore[arg-type] # the test knows what it says

    return seen


def test_errors_appear_under_their_fields(app: App, opened: Opened, mia: Person) -> None:
    submissions(app, response_action="errors", errors={"kind": "No such tea."})
    opened(text_field("Kind"))
    mia.fill("kind", "Coffee")

    answer = mia.submit()

    assert answer.errors == {"kind": "No such tea."}
    assert mia.modal is not None


def test_an_error_for_a_field_that_is_not_there_is_a_fault(
    app: App, opened: Opened, mia: Person, slack: LocalSlack
) -> None:
    submissions(app, response_action="errors", errors={"pot": "x"})
    opened(text_field("Kind"))
    mia.fill("kind", "Coffee")

    assert mia.submit().error == "invalid_response"
    assert any("no input block pot" in fault for fault in slack.faults())


def test_a_submission_can_be_answered_with_another_view(
    app: App, opened: Opened, mia: Person
) -> None:
    submissions(app, response_action="update", view=modal(section("Thanks"), title="Done"))
    opened()

    answer = mia.submit()

    assert answer.view is not None
    assert answer.view.title == "Done"
    assert "Thanks" in answer.all_text


def test_a_submission_can_push_and_clear(app: App, opened: Opened, mia: Person) -> None:
    submissions(app, response_action="push", view=modal(title="More", callback_id="more"))

    @app.view("more")
    def more(ack: Ack) -> None:
        ack(response_action="clear")

    opened()
    mia.submit()
    assert mia.modal is not None
    assert mia.modal.title == "More"
    mia.submit()

    assert mia.modal is None


def test_a_faulty_view_in_an_answer_changes_nothing(app: App, opened: Opened, mia: Person) -> None:
    submissions(app, response_action="update", view=modal(title="x" * 25))
    opened()

    answer = mia.submit()

    assert answer.error == "invalid_arguments"
    assert mia.modal is not None
    assert mia.modal.title == "Tea"


@pytest.mark.usefixtures("app")
def test_a_failed_submission_leaves_the_modal_open(opened: Opened, mia: Person) -> None:
    opened()

    assert mia.submit().error == "dispatch_failed"
    assert mia.modal is not None


@pytest.mark.usefixtures("app")
def test_slack_checks_what_it_can_before_sending(
    opened: Opened, slack: LocalSlack, mia: Person
) -> None:
    number = {"type": "number_input", "is_decimal_allowed": False, "max_value": "9"}
    opened(
        text_field("Kind"),
        field("Cups", number),
        field("Mail", {"type": "email_text_input"}),
        text_field("Wish", optional=True),
    )
    mia.fill("Cups", "10")
    mia.fill("Mail", "mia")

    answer = mia.submit()

    assert answer.errors == {
        "kind": "Please complete this required field.",
        "cups": "Please enter a number of at most 9.",
        "mail": "Please enter a valid email address.",
    }
    assert slack.deliveries == []


def test_every_kind_of_field_arrives_in_the_state(
    app: App, opened: Opened, mia: Person, tom: Person, slack: LocalSlack
) -> None:
    seen = submissions(app)
    channel = slack.add_channel("kitchen")
    teas = [option("Green"), option("Black")]
    opened(
        field("Kind", {"type": "static_select", "options": teas}),
        field("With", {"type": "checkboxes", "options": [option("Milk"), option("Sugar")]}),
        field("Who", {"type": "users_select"}),
        field("Where", {"type": "conversations_select", "response_url_enabled": True}),
        field("Day", {"type": "datepicker", "initial_date": "2026-03-02"}),
        field("At", {"type": "timepicker"}),
        field("Wish", {"type": "plain_text_input"}, optional=True),
    )
    mia.fill("Kind", "Black")
    mia.fill("With", ["Milk"])
    mia.fill("Who", "tom")
    mia.fill("Where", "#kitchen")
    mia.fill("At", "16:00")
    mia.submit()

    values = seen[0]["view"]["state"]["values"]
    got = {block: next(iter(value.values())) for block, value in values.items()}
    assert got["kind"]["selected_option"] == teas[1]
    assert got["with"]["selected_options"] == [option("Milk")]
    assert got["who"]["selected_user"] == tom.id
    assert got["where"]["selected_conversation"] == channel
    assert got["day"]["selected_date"] == "2026-03-02"
    assert got["at"]["selected_time"] == "16:00"
    assert got["wish"] == {"type": "plain_text_input", "value": None}
    assert seen[0]["response_urls"][0]["channel_id"] == channel


def test_a_button_in_a_modal_sends_what_was_typed(app: App, opened: Opened, mia: Person) -> None:
    seen: list[dict[str, Any]] = []

    @app.action("more")
    def more(ack: Ack, body: dict[str, Any]) -> None:
        seen.append(body)
        ack()

    opened(text_field("Kind"), buttons(button("More", "more")))
    mia.fill("Kind", "Green")
    assert mia.modal is not None
    mia.click(mia.modal, text="More")

    assert seen[0]["view"]["state"]["values"]["kind"]["x_kind"]["value"] == "Green"
    assert seen[0]["container"]["type"] == "view"
    assert "response_url" not in seen[0]


def test_a_field_that_dispatches_tells_the_app_at_once(
    app: App, opened: Opened, mia: Person
) -> None:
    seen: list[dict[str, Any]] = []

    @app.action("x_kind")
    def kind(ack: Ack, action: dict[str, Any]) -> None:
        seen.append(action)
        ack()

    select = {"type": "static_select", "options": [option("Green")]}
    opened(field("Kind", select, dispatch_action=True))
    answer = mia.fill("Kind", "Green")

    assert answer.status == 200
    assert seen[0]["selected_option"] == option("Green")
    assert mia.modal is not None
    assert mia.modal.values["kind"]["x_kind"]["selected_option"] == option("Green")


def test_an_external_select_asks_the_app(app: App, opened: Opened, mia: Person) -> None:
    typed: list[str] = []

    @app.options("x_kind")
    def kinds(ack: Ack, payload: dict[str, Any]) -> None:
        typed.append(payload["value"])
        ack(options=[option("Green tea"), option("Green cup")])

    seen = submissions(app)
    opened(field("Kind", {"type": "external_select", "min_query_length": 1}))

    assert mia.options("Kind", "") == []
    assert mia.options("Kind", "gre") == ["Green tea", "Green cup"]
    mia.fill("Kind", "Green cup")
    mia.submit()

    assert typed == ["gre", "Green cup"]
    chosen = seen[0]["view"]["state"]["values"]["kind"]["x_kind"]["selected_option"]
    assert chosen == option("Green cup")


def test_too_many_options_are_a_fault(app: App, opened: Opened, mia: Person) -> None:
    @app.options("x_kind")
    def kinds(ack: Ack) -> None:
        ack(options=[option(str(n)) for n in range(101)])

    opened(field("Kind", {"type": "external_select", "min_query_length": 0}))

    with pytest.raises(NotThere, match="invalid_options"):
        mia.options("Kind")


def test_closing_is_told_only_where_it_was_asked_for(
    app: App, opened: Opened, mia: Person, slack: LocalSlack
) -> None:
    opened()
    mia.close()
    assert slack.deliveries == []

    seen: list[dict[str, Any]] = []

    @app.view_closed("pour")
    def closed(ack: Ack, body: dict[str, Any]) -> None:
        seen.append(body)
        ack()

    opened(text_field("Kind"), notify_on_close=True)
    mia.close()

    assert seen[0]["view"]["callback_id"] == "pour"
    assert mia.modal is None


def test_closing_one_modal_shows_the_one_below(
    client: WebClient, opened: Opened, slack: LocalSlack, mia: Person
) -> None:
    opened(title=words("Below"))
    trigger_id = slack.world.tickets.new_trigger(mia.id)
    client.views_push(trigger_id=trigger_id, view=modal(title="Above"))

    mia.close()

    assert mia.modal is not None
    assert mia.modal.title == "Below"


def test_what_is_not_there_is_named_with_what_is(opened: Opened, mia: Person) -> None:
    with pytest.raises(NotThere, match="No modal is open"):
        mia.submit()
    select = {"type": "static_select", "options": [option("Green")]}
    opened(field("Kind", select, hint=words("Any")), buttons(button("More", "more")))
    assert mia.modal is not None

    with pytest.raises(NotThere, match=r"kind/x_kind"):
        mia.fill("Pot", "x")
    with pytest.raises(NotThere, match=r"Green"):
        mia.fill("Kind", "Coffee")
    with pytest.raises(NotThere, match=r"more \(More\)"):
        mia.click(mia.modal, text="Less")
