"""Roles and settings, as text and as modals."""

import pytest

from tests.slack.billing.firms import Firm
from timebot.team.models import Member, Workspace


def test_an_owner_gives_a_role(firm: Firm) -> None:
    answer = firm.types("role @mia approver", firm.olga)

    assert firm.row(Member, name="mia").role == "approver"
    assert answer.text.startswith("mia is now an approver and can approve hours.")


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("member", "mia is now a member and records only their own time."),
        ("billing", "mia is now a billing person and can change clients, rates and invoices"),
        ("owner", "mia is now an owner and can do everything"),
    ],
)
def test_every_role_is_said_with_its_article_and_what_it_can_do(
    firm: Firm, role: str, said: str
) -> None:
    firm.types("role @mia approver", firm.olga)

    answer = firm.types(f"role @mia {role}", firm.olga)
    again = firm.types(f"role @mia {role}", firm.olga)

    named = said.partition(" and ")[0].replace("now ", "")
    assert answer.text.startswith(said)
    assert again.text == f"{named} already. Nothing was changed."


def test_billing_people_give_no_roles(firm: Firm) -> None:
    answer = firm.types("role @mia owner")

    assert "Only owners may change roles. Ask olga." in answer.text
    assert firm.row(Member, name="mia").role == "member"


def test_a_person_who_never_came_by_can_be_given_a_role(firm: Firm) -> None:
    zoe = firm.world.add_person("zoe")

    answer = firm.types("role @zoe approver", firm.olga)

    assert firm.row(Member, slack_user_id=zoe.id).role == "approver"
    assert f"<@{zoe.id}> is now an approver" in answer.text


def test_a_guest_loses_a_role_given_too_early(firm: Firm) -> None:
    guest = firm.world.add_person("gus", is_restricted=True)
    firm.types("role @gus billing", firm.olga)

    answer = firm.types("invoices", guest)

    assert "not guests" in answer.text
    assert firm.row(Member, slack_user_id=guest.id).role == "none"


def test_a_role_is_given_in_a_modal(firm: Firm) -> None:
    shown = firm.types("role", firm.olga)
    firm.olga.click(shown, text="Change a role")
    firm.olga.fill("person", "mia")
    firm.olga.fill("role", "billing")

    firm.olga.submit()

    assert firm.row(Member, name="mia").role == "billing"


def test_the_last_owner_stays(firm: Firm) -> None:
    answer = firm.types("role @olga member", firm.olga)

    assert "is the last owner" in answer.text


def test_settings_are_changed_as_text(firm: Firm) -> None:
    answer = firm.types("settings terms 30; seller address Kai 2 | 20457 Hamburg", firm.olga)

    workspace = firm.row(Workspace)
    assert workspace.terms_days == 30
    assert workspace.seller_address == "Kai 2\n20457 Hamburg"
    assert "Payment terms" in answer.text


def test_the_annex_of_invoices_is_none_times_or_full(firm: Firm) -> None:
    firm.types("settings annex full", firm.olga)

    answer = firm.types("settings annex pictures", firm.olga)

    assert "Annex of invoices can be none, times, full; pictures is none of them." in answer.text
    assert firm.row(Workspace).annex_detail == "full"


def test_all_faulty_settings_are_told_at_once_and_none_is_changed(firm: Firm) -> None:
    answer = firm.types("settings terms soon; zone Nowhere; series INV2; grace 2", firm.olga)

    assert "Payment terms" in answer.text
    assert "not a time zone" in answer.text
    assert firm.row(Workspace).grace_days == 1


def test_billing_people_see_settings_without_buttons(firm: Firm) -> None:
    answer = firm.types("settings")

    assert "Only owners change settings." in answer.text
    assert answer.buttons == []


def test_every_group_of_settings_is_saved_unchanged(firm: Firm) -> None:
    shown = firm.types("settings", firm.olga)
    for group in ("seller", "money", "periods", "time"):
        firm.olga.click(shown, action_id=f"settings.form:{group}")
        answer = firm.olga.submit()
        assert answer.errors == {}, group
    firm.world.settle()

    said = [message.text for message in firm.olga.messages()[-4:]]
    assert set(said) == {"These settings are like that already. Nothing was changed."}


def test_faults_of_settings_stand_under_their_fields(firm: Firm) -> None:
    shown = firm.types("settings", firm.olga)
    firm.olga.click(shown, action_id="settings.form:periods")
    firm.olga.fill("zone", "Moon")
    firm.olga.fill("grace_days", "many")

    answer = firm.olga.submit()

    assert set(answer.errors) == {"zone", "grace_days"}


def test_the_billing_channel_is_chosen_in_a_modal(firm: Firm) -> None:
    channel = firm.world.local.slack.add_channel("money", private=True, members=[firm.olga.id])
    shown = firm.types("settings", firm.olga)
    firm.olga.click(shown, action_id="settings.form:money")
    firm.olga.fill("billing_channel", "money")

    firm.olga.submit()

    assert firm.row(Workspace).billing_channel == channel


def test_a_new_billing_channel_is_told_by_its_name(firm: Firm) -> None:
    channel = firm.world.local.slack.add_channel("money", private=True, members=[firm.olga.id])

    answer = firm.types("settings channel #money", firm.olga)

    assert answer.text == f"Billing channel: <#{channel}> instead of none."


def test_the_anchor_stays_once_a_run_counts_from_it(firm: Firm) -> None:
    firm.world.move_to(firm.now().replace(day=19))

    answer = firm.types("settings anchor 2031-03-10", firm.olga)

    assert "The anchor date stays" in answer.text
