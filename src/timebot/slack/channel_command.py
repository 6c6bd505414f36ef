"""The verb link: shows, sets and takes away what a channel's time is for."""

from timebot.clients.channel_links import LinkedPlace, find_linked, link_channel, unlink_channel
from timebot.clients.lookup import Place, PlaceUnclear, PlaceUnknown, find_place
from timebot.errors import Refusal, WayOut
from timebot.slack.answer import Answer, AtField
from timebot.slack.blocks import actions, button, context, escape, modal, section
from timebot.slack.desk import SURFACE, Asked
from timebot.slack.form_fields import Field, draw_fields
from timebot.slack.ids import Act, Form
from timebot.slack.place_choice import MOST_BUTTONS, unusable_words
from timebot.slack.time_words import spoken
from timebot.team.rights import may, require
from timebot.timekeeping.wording import clean_plain

_OFF = ("off", "none")
_CHANNELS = ("C", "G")
CHANNEL, PLACE = "channel", "place"
"""The fields of the form, by block id."""

_FIELDS = (
    Field(CHANNEL, "Channel", "any_channel"),
    Field(PLACE, "Client or project", hint="Such as Acme, or Acme logo."),
)


class NoChannelHere(Refusal):
    """The verb was typed where no channel is."""

    def __init__(self, command: str) -> None:
        super().__init__(
            "A link belongs to a channel, and this is none. Nothing was changed."
            " Type it in the channel that you want to link.",
            example=f"{command} link Acme logo",
        )


class MoreThanAName(Refusal):
    """More was typed than the name of a client or project."""

    def __init__(self, place: Place, rest: str, command: str) -> None:
        super().__init__(
            f"I know {place.name}, but not what {rest[:40]} means. Nothing was changed.",
            example=f"{command} link {place.name}",
        )


def link(asked: Asked, rest: str) -> Answer:
    """Show the channel's link, set it, or take it away: `link Acme logo`, `link off`."""
    channel_id = asked.delivery.channel_id
    if not channel_id.startswith(_CHANNELS):
        raise NoChannelHere(asked.desk.command)
    if not rest:
        return _show(asked, channel_id)
    if rest.casefold() in _OFF:
        return _unlink(asked)
    return _link(asked, channel_id, _place(asked, rest))


def link_there(asked: Asked) -> Answer:
    """Set the link that a button carries, or take it away."""
    return link(asked, asked.delivery.packed)


def open_link_form(asked: Asked) -> Answer:
    """Open the form that links a channel without going there."""
    require(asked.session, asked.member, "approver", to="link channels", now=asked.now)
    fields = draw_fields(_FIELDS, {})
    return Answer(modal=modal(Form.CHANNEL_LINK, "Link a channel", fields, submit="Link"))


def save_link(asked: Asked) -> Answer:
    """Link the channel that was chosen to what was typed."""
    state = asked.delivery.state
    channel_id = state.get(CHANNEL) or ""
    if not channel_id.startswith(_CHANNELS):
        raise AtField(CHANNEL, "Please choose a channel; a direct message cannot be linked.")
    try:
        place = _place(asked, clean_plain(state.get(PLACE) or ""))
    except Refusal as refusal:
        raise AtField(PLACE, refusal) from None
    return _link(asked, channel_id, place)


def _link(asked: Asked, channel_id: str, place: Place) -> Answer:
    link_channel(
        asked.session,
        workspace=asked.workspace,
        actor=asked.member,
        channel_id=channel_id,
        place=place,
        surface=SURFACE,
        now=asked.now,
    )
    return _show(asked, channel_id)


def _place(asked: Asked, words: str) -> Place:
    try:
        place, rest = find_place(
            asked.session, workspace_id=asked.workspace.id, words=words, takes_time=False
        )
    except PlaceUnclear as unclear:
        raise _with_buttons(asked, unclear, [one.name for one in unclear.candidates]) from None
    except PlaceUnknown as unknown:
        raise _with_buttons(asked, unknown, unknown.nearest) from None
    if rest:
        raise MoreThanAName(place, rest, asked.desk.command)
    return place


def _with_buttons(asked: Asked, refusal: Refusal, names: list[str]) -> Refusal:
    ways_out = [WayOut(name, Act.CHANNEL_LINK, name) for name in names[:MOST_BUTTONS]]
    example = f"{asked.desk.command} link {names[0]}" if names else refusal.example
    return Refusal(refusal.sentence, example=example, ways_out=ways_out)


def _show(asked: Asked, channel_id: str) -> Answer:
    here, command = f"<#{escape(channel_id)}>", asked.desk.command
    there = find_linked(asked.session, workspace_id=asked.workspace.id, channel_id=channel_id)
    if there is None:
        line = f"{here} is linked to no client or project."
        how = f"To link it: `{command} link Acme logo`. {_who(asked)}".strip()
        return Answer(text=spoken(line, how), blocks=[section(line), context(how)])
    line = f"{here} is linked to {_name(there)}."
    why = escape(unusable_words(there)) if there.unusable else _what_it_does(asked, there)
    blocks = [section(line), context(why)]
    # The button says nothing of a channel; it means the one in which it stands.
    if may(asked.member, "approver") and channel_id == asked.delivery.channel_id:
        off = {**button("Unlink", Act.CHANNEL_LINK), "value": _OFF[0]}
        blocks.append(actions(off))
    return Answer(text=spoken(line, why), blocks=blocks)


def _unlink(asked: Asked) -> Answer:
    was_linked = unlink_channel(
        asked.session,
        workspace=asked.workspace,
        actor=asked.member,
        channel_id=asked.delivery.channel_id,
        surface=SURFACE,
        now=asked.now,
    )
    here = f"<#{escape(asked.delivery.channel_id)}>"
    line = (
        f"{here} is not linked any more. Name the client or project again when you start there."
        if was_linked
        else f"{here} was linked to nothing, so nothing was changed."
    )
    return Answer(text=line, blocks=[section(line)])


def _name(there: LinkedPlace) -> str:
    place = there.place
    names = [place.client.name, *([place.project.name] if place.project else [])]
    return f"*{escape(', '.join(names))}*"


def _what_it_does(asked: Asked, there: LinkedPlace) -> str:
    what = "project" if there.place.project else "client"
    example = f"{asked.desk.command} start sketches"
    return (
        f"There the {what} may be left out: `{example}`."
        " A client whose name comes first still wins."
    )


def _who(asked: Asked) -> str:
    return "" if may(asked.member, "approver") else "Approvers can do that."
