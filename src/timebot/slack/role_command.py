"""Roles: who may do what, shown and given, as text and as a modal."""

from collections.abc import Mapping

from timebot.slack.answer import Answer
from timebot.slack.billing_words import cleaned, person_of, person_words, take_person
from timebot.slack.blocks import Block, actions, button, context, header, modal, section
from timebot.slack.desk import SURFACE, Asked, Feature
from timebot.slack.form_fields import Field, draw_fields, filled
from timebot.slack.ids import Act, Form
from timebot.slack.words import counted, listed
from timebot.team.members import list_members
from timebot.team.models import ROLES, Member
from timebot.team.rights import grant_role, require
from timebot.timekeeping.escalation import hand_over

_MEANING = {
    "member": "record only their own time",
    "approver": "also approve the hours of others",
    "billing": "also change clients, rates and invoices",
    "owner": "also give roles and change settings",
}
_NAMED = {
    "member": "a member",
    "approver": "an approver",
    "billing": "a billing person",
    "owner": "an owner",
}
_CAN = {
    "member": " and records only their own time",
    "approver": " and can approve hours",
    "billing": " and can change clients, rates and invoices, and approve hours",
    "owner": " and can do everything, such as give roles and change settings",
}
_MANY = {
    "member": "members",
    "approver": "approvers",
    "billing": "billing people",
    "owner": "owners",
}
_FIELDS = (
    Field("person", "Person", "person"),
    Field(
        "role",
        "Role",
        "choice",
        choices=tuple((role, f"{role.capitalize()}: {_MEANING[role]}") for role in ROLES[1:]),
    ),
)
_MOST_NAMED = 30


def role_typed(asked: Asked, text: str) -> Answer:
    """Show who has which role, or give one that was typed."""
    if not text.strip():
        require(asked.session, asked.member, "billing", to="see roles", now=asked.now)
        return _draw_roles(asked)
    require(asked.session, asked.member, "owner", to="change roles", now=asked.now)
    member, rest = take_person(asked, text)
    if member is None:
        return draw_role_form(asked)
    word = cleaned(rest).casefold().removeprefix("is ").strip()
    return draw_role_form(asked, member) if not word else _granted(asked, member, word)


def role_clicked(asked: Asked) -> Answer:
    """Open the modal that gives a role."""
    return draw_role_form(asked)


def draw_role_form(asked: Asked, member: Member | None = None) -> Answer:
    """Open the modal, for a person where one was named."""
    require(asked.session, asked.member, "owner", to="change roles", now=asked.now)
    initial: dict[str, str | None] = {"role": "approver"}
    if member is not None:
        initial = {"person": member.slack_user_id, "role": member.role}
    view = modal(Form.ROLE, "Change a role", draw_fields(_FIELDS, initial), submit="Save")
    return Answer(modal=view)


def save_role(asked: Asked) -> Answer:
    """Give the role of the modal."""
    require(asked.session, asked.member, "owner", to="change roles", now=asked.now)
    member = person_of(asked, filled(asked.delivery, "person"))
    return _granted(asked, member, filled(asked.delivery, "role"))


def _granted(asked: Asked, member: Member, role: str) -> Answer:
    changed = grant_role(
        asked.session,
        actor=asked.member,
        member=member,
        role=role,
        surface=SURFACE,
        now=asked.now,
    )
    hand_over(asked.session, workspace=asked.workspace, member=member, now=asked.now)
    who = person_words(member)
    if not changed:
        return Answer(text=f"{who} is {_NAMED[role]} already. Nothing was changed.")
    line = f"{who} is now {_NAMED[role]}{_CAN[role]}."
    return Answer(
        text=f"{line} I told them in a direct message.",
        blocks=[
            section(line),
            context("I told them in a direct message."),
            actions(button("Show roles", Act.BILLING_DO, {"text": "role"}, key="roles")),
        ],
    )


def _draw_roles(asked: Asked) -> Answer:
    members = list_members(asked.session, workspace_id=asked.workspace.id)
    by_role = {role: [each for each in members if each.role == role] for role in ROLES[:0:-1]}
    lines = [
        f"*{_MANY[role].capitalize()}* ({_MEANING[role]}): {_names(people)}"
        for role, people in by_role.items()
    ]
    blocks: list[Block] = [
        header("Roles"),
        section("\n".join(lines)),
        context(f"{counted(len(members), 'person', 'people')} known to me so far"),
        actions(button("Change a role", Act.ROLE_FORM)),
    ]
    return Answer(
        text="Roles.\n" + "\n".join(line.replace("*", "") for line in lines), blocks=blocks
    )


def _names(people: list[Member]) -> str:
    return listed([person_words(each) for each in people], most=_MOST_NAMED) or "nobody"


ACTIONS: Mapping[str, Feature] = {Act.ROLE_FORM: role_clicked}
FORMS: Mapping[str, Feature] = {Form.ROLE: save_role}
