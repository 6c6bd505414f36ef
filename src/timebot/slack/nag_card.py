"""The question about a timer that still runs: stop it, now or earlier, or leave it alone."""

from collections.abc import Mapping
from uuid import UUID

from timebot.journal.posted import forget_posted
from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, actions, button, context, escape, section
from timebot.slack.desk import SURFACE, Asked, Card, Drawn, Viewer
from timebot.slack.ids import Act
from timebot.slack.time_words import clock, entry_line, hours, since, span, spoken
from timebot.slack.timer_replies import carrying, draw_stopped
from timebot.slack.words import listed
from timebot.team.models import Member
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.nags import keep_going
from timebot.timekeeping.naming import moment_words
from timebot.timekeeping.overview import Shown, show_entry
from timebot.timekeeping.stop_times import StopTime, stop_times
from timebot.timekeeping.timer import stop_as_wished
from timebot.timekeeping.wishes import StopWish, read_stop_wish

_REST_HOURS = 2


def draw_nag(viewer: Viewer, subject_id: str) -> Drawn | None:
    """Draw the question while the timer runs, and how it ended after that."""
    entry = viewer.session.get(TimeEntry, (viewer.workspace.id, UUID(subject_id)))
    if entry is None:
        return None
    member = viewer.session.get_one(Member, (viewer.workspace.id, entry.member_id))
    one = show_entry(viewer.session, entry=entry, now=viewer.now)
    if entry.deleted_at is not None:
        return _closed(f"{entry_line(one)}\nThis timer was removed.")
    if entry.ended_at is not None:
        return _closed(f"{entry_line(one)}\nStopped: {hours(one.seconds)} ({span(entry)}).")
    proposals = stop_times(viewer.session, member=member, entry=entry, now=viewer.now)
    return _question(viewer, member, one, proposals)


def stop_from_nag(asked: Asked) -> Answer:
    """Stop the timer that the question is about, now or when the button says."""
    entry = stop_as_wished(
        asked.session,
        member=asked.member,
        wish=read_stop_wish(asked.delivery.packed),
        now=asked.now,
        surface=SURFACE,
    )
    return draw_stopped(asked, entry)


def leave_alone(asked: Asked) -> Answer:
    """Let the timer run, and say when the question comes again."""
    entry_id = UUID(asked.delivery.value["entry"])
    # The next question is a message of its own: nobody is told of a repainted one.
    forget_posted(
        asked.session, workspace_id=asked.workspace.id, purpose="nag", subject_id=entry_id
    )
    entry = keep_going(
        asked.session, member=asked.member, entry_id=entry_id, hours=_REST_HOURS, now=asked.now
    )
    one = show_entry(asked.session, entry=entry, now=asked.now)
    again = clock(entry.next_nag_at or asked.now, asked.member.zone)
    line = f"{entry_line(one)}\nIt keeps running. I ask again at {again} if it still does."
    return Answer(text=spoken(line), blocks=[section(line)], replace=True)


def _question(viewer: Viewer, member: Member, one: Shown, proposals: list[StopTime]) -> Drawn:
    entry = one.entry
    began = since(entry.started_at, zone=member.zone, now=viewer.now)
    line = f"Is this timer still right?\n{entry_line(one)}"
    facts = f"Running since {began}, {hours(one.seconds)} so far."
    ends = [(each, moment_words(each.at, zone=member.zone, now=viewer.now)) for each in proposals]
    buttons: list[Block] = [
        carrying(
            button("Stop now", Act.NAG_STOP_NOW, style="primary"), StopWish(entry.id).as_value()
        ),
        *(_stop_at(entry, each, words, key) for key, (each, words) in enumerate(ends)),
        button("Another time", Act.NAG_STOP_FORM, {"entry": entry.id}),
        button(f"Keep going for {_REST_HOURS} h", Act.NAG_KEEP_GOING, {"entry": entry.id}),
    ]
    blocks: list[Block] = [section(f"{line}\n{facts}"), actions(*buttons)]
    why = listed([f"{words} is the {each.why}" for each, words in ends])
    if why:
        blocks.append(context(f"{escape(why)}."))
    return Drawn(spoken(line, facts, f"{why}." if why else ""), blocks)


def _stop_at(entry: TimeEntry, proposal: StopTime, words: str, key: int) -> Block:
    block = button(f"Stop at {words}", Act.NAG_STOP_AT, key=str(key))
    return carrying(block, StopWish(entry.id, proposal.at, long_is_meant=True).as_value())


def _closed(line: str) -> Drawn:
    return Drawn(spoken(line), [section(line)])


CARDS: Mapping[str, Card] = {"nag": draw_nag}
"""Who draws the question."""
