"""The buttons, menus and modals of the timer side, by name."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from uuid import UUID

from timebot.clients.models import Project
from timebot.slack import (
    entry_opening,
    entry_saving,
    nag_card,
    time_lists,
    timer_verbs,
)
from timebot.slack.answer import NOTHING, Answer
from timebot.slack.blocks import actions, section
from timebot.slack.correction_routes import ENTRY_MENU
from timebot.slack.desk import SURFACE, Asked, Feature, Options
from timebot.slack.handing_in import author_in, days_in, hand_in
from timebot.slack.help import show_help
from timebot.slack.ids import Act, Form
from timebot.slack.leaver_card import hand_in_button
from timebot.slack.place_choice import project_options
from timebot.slack.time_words import entry_line, hours, spoken
from timebot.slack.timer_replies import (
    draw_added,
    draw_deleted,
    draw_started,
    draw_stopped,
    wish_like,
)
from timebot.team.models import Member
from timebot.timekeeping.editing import confirm_entry, delete_entry, get_own_entry
from timebot.timekeeping.leavers import find_left
from timebot.timekeeping.manual import add_as_wished, add_entry
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.overview import show_entry
from timebot.timekeeping.timer import start_as_wished, stop_as_wished, stop_timer
from timebot.timekeeping.wishes import StartWish, read_add_wish, read_start_wish, read_stop_wish


def stop(asked: Asked) -> Answer:
    """Stop the timer that the button was made for; without one whatever runs."""
    if "entry" not in asked.delivery.value:
        entry = stop_timer(asked.session, member=asked.member, now=asked.now, surface=SURFACE)
        return _at_home(asked) or draw_stopped(asked, entry)
    wish = read_stop_wish(asked.delivery.packed)
    entry = stop_as_wished(
        asked.session, member=asked.member, wish=wish, now=asked.now, surface=SURFACE
    )
    return _at_home(asked) or draw_stopped(asked, entry)


def start(asked: Asked) -> Answer:
    """Start what the button carries."""
    return _start(asked, read_start_wish(asked.delivery.packed), switches=False)


def switch(asked: Asked) -> Answer:
    """Stop what runs and start what the button carries."""
    return _start(asked, read_start_wish(asked.delivery.packed), switches=True)


def add_words(asked: Asked) -> Answer:
    """Add what the button carries as words: one reading of a bare number, or one's own time."""
    return timer_verbs.add_own(asked, asked.delivery.packed)


def add_long(asked: Asked) -> Answer:
    """Add more than a day, now that it was asked back."""
    added = add_as_wished(
        asked.session,
        workspace=asked.workspace,
        member=asked.member,
        wish=read_add_wish(asked.delivery.packed),
        now=asked.now,
        surface=SURFACE,
    )
    return draw_added(asked, added)


def add_there(asked: Asked) -> Answer:
    """Add time to the candidate that was chosen."""
    wish = read_add_wish(asked.delivery.packed)
    project = None
    if wish.project_id is not None:
        project = asked.session.get_one(Project, (asked.workspace.id, wish.project_id))
    added = add_entry(
        asked.session,
        workspace=asked.workspace,
        member=asked.member,
        project=project,
        span=wish.span,
        text=wish.text,
        billable=wish.billable,
        ticket=wish.ticket,
        now=asked.now,
        surface=SURFACE,
    )
    return draw_added(asked, added)


def delete(asked: Asked) -> Answer:
    """Delete the entry that was shown, unless it was changed since."""
    value = asked.delivery.value
    number, version = int(value["number"]), int(value["version"])
    entry = get_own_entry(asked.session, member=asked.member, number=number, now=asked.now)
    delete_entry(
        asked.session,
        actor=asked.member,
        entry=entry,
        version=version,
        now=asked.now,
        surface=SURFACE,
    )
    return draw_deleted(asked, entry)


def entry_menu(asked: Asked) -> Answer:
    """Do what was chosen in the menu beside an entry."""
    what, _, number = (asked.delivery.chosen or "").partition(":")
    entry = get_own_entry(asked.session, member=asked.member, number=int(number), now=asked.now)
    if what == "edit":
        return entry_opening.edit_number(asked, entry.number)
    if what in ENTRY_MENU:
        return ENTRY_MENU[what](asked, entry)
    if what == "again":
        return _start(asked, wish_like(entry), switches=False)
    delete_entry(asked.session, actor=asked.member, entry=entry, now=asked.now, surface=SURFACE)
    return draw_deleted(asked, entry)


def submit_days(asked: Asked) -> Answer:
    """Hand in the days that the button carries, for oneself or for somebody who has left."""
    value = asked.delivery.value
    if "start" not in value:
        return timer_verbs.submit_hours(asked, "")
    return hand_in(asked, days_in(value), author=author_in(asked))


def confirm(asked: Asked) -> Answer:
    """Confirm an end that timebot guessed; for somebody who left, offer to hand in all."""
    entry_id = UUID(asked.delivery.value["entry"])
    entry = asked.session.get_one(TimeEntry, (asked.workspace.id, entry_id))
    confirm_entry(asked.session, actor=asked.member, entry=entry, now=asked.now, surface=SURFACE)
    one = show_entry(asked.session, entry=entry, now=asked.now)
    line = f"{entry_line(one)}\nConfirmed: {hours(one.seconds)}."
    if entry.member_id == asked.member.id:
        return _at_home(asked) or Answer(text=spoken(line), blocks=[section(line)])
    author = asked.session.get_one(Member, (asked.workspace.id, entry.member_id))
    left = find_left(asked.session, member=author)
    more = [actions(hand_in_button(left))] if left and not left.incomplete else []
    return Answer(text=spoken(line), blocks=[section(line), *more])


def in_place(feature: Feature) -> Feature:
    """Let an answer take the place of the message that was clicked; none of them is a card."""

    def answered(asked: Asked) -> Answer:
        return replace(feature(asked), replace=bool(asked.delivery.message_ts))

    return answered


def without_rest(verb: Callable[[Asked, str], Answer]) -> Feature:
    """Let a button do what the verb does when nothing follows it."""
    return lambda asked: verb(asked, "")


def _start(asked: Asked, wish: StartWish, *, switches: bool) -> Answer:
    started = start_as_wished(
        asked.session,
        workspace=asked.workspace,
        member=asked.member,
        wish=wish,
        switches=switches,
        now=asked.now,
        surface=SURFACE,
    )
    quiet = _at_home(asked) if started.stopped is None and not started.already else None
    return quiet or draw_started(asked, started)


def _at_home(asked: Asked) -> Answer | None:
    """Return no words for a click on Home, which is redrawn and shows what happened."""
    return NOTHING if asked.delivery.is_home else None


ACTIONS: Mapping[str, Feature] = {
    Act.TIMER_STOP: in_place(stop),
    Act.TIMER_START: in_place(start),
    Act.TIMER_SWITCH: in_place(switch),
    Act.TIMER_START_FORM: entry_opening.open_start,
    Act.TIMER_SWITCH_FORM: entry_opening.open_switch,
    Act.TIMER_RESUME: in_place(without_rest(timer_verbs.resume)),
    Act.TIMER_UNDO: in_place(without_rest(timer_verbs.undo)),
    Act.TIMER_ADD: in_place(add_words),
    Act.TIMER_ADD_LONG: in_place(add_long),
    Act.TIMER_CONFIRM: confirm,
    Act.TIMER_TODAY: in_place(without_rest(time_lists.show_today)),
    Act.TIMER_DAY: in_place(time_lists.list_chosen_day),
    Act.TIMER_WEEK: in_place(without_rest(time_lists.show_week)),
    Act.TIMER_HELP: in_place(show_help),
    Act.PLACE_PICK: in_place(add_there),
    Act.ENTRY_ADD_FORM: entry_opening.open_add,
    Act.ENTRY_EDIT: entry_opening.open_edit,
    Act.ENTRY_DELETE: in_place(delete),
    Act.ENTRY_MENU: entry_menu,
    Act.NAG_STOP_NOW: nag_card.stop_from_nag,
    Act.NAG_STOP_AT: nag_card.stop_from_nag,
    Act.NAG_STOP_FORM: entry_opening.open_stop_at,
    Act.NAG_KEEP_GOING: nag_card.leave_alone,
    Act.SUBMIT: in_place(submit_days),
    Act.WITHDRAW: in_place(without_rest(timer_verbs.withdraw_hours)),
    Act.LINK: lambda _asked: NOTHING,
}
"""What each button, select and menu does."""

FORMS: Mapping[str, Feature] = {
    Form.START: entry_saving.save_start,
    Form.ADD: entry_saving.save_added,
    Form.EDIT: entry_saving.save_edited,
    Form.STOP_AT: entry_saving.save_stop_at,
}
"""What each modal does when it is submitted."""

OPTIONS: Mapping[str, Options] = {Act.ENTRY_PROJECT: project_options}
"""What each type-ahead field offers."""
