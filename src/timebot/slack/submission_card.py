"""The submission card: hours by day and project, without money, to approve or reject."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from timebot.slack.blocks import (
    MESSAGE_BLOCKS,
    Block,
    actions,
    button,
    context,
    divider,
    escape,
    header,
    section,
)
from timebot.slack.desk import Card, Drawn, Viewer
from timebot.slack.ids import Act
from timebot.slack.shared_time_words import shared_time_words
from timebot.slack.taken_out_words import taken_out_words
from timebot.slack.time_words import (
    entry_details,
    hours,
    place,
    place_words,
    spoken,
    stamp,
    worked_days,
)
from timebot.slack.words import counted, instant_words, listed, weekday_words
from timebot.team.models import Member
from timebot.team.rights import may
from timebot.timekeeping.models import Submission
from timebot.timekeeping.overview import ProjectGroup, Shown, SubmissionShown, show_submission
from timebot.timekeeping.submitted import CARD, REMINDER
from timebot.timekeeping.waiting import projects_for

_FOOT = 3
"""How many blocks are kept free for what stands below the entries."""


def draw_submission(viewer: Viewer, subject_id: str) -> Drawn | None:
    """Draw a submission as it stands now; settled, it shows who and when."""
    submission = viewer.session.get(Submission, (viewer.workspace.id, UUID(subject_id)))
    if submission is None:
        return None
    if viewer.member is None or not may(viewer.member, "approver"):
        return _draw_for_others(viewer, submission)
    return draw_shown(viewer, show_for(viewer, submission))


def draw_reminder(viewer: Viewer, subject_id: str) -> Drawn | None:
    """Draw a submission again for somebody who was asked about it some time ago."""
    drawn = draw_submission(viewer, subject_id)
    if drawn is None or not has_buttons(drawn):
        return drawn
    said = "These hours still wait for your decision."
    return Drawn(spoken(said, drawn.text), [context(said), *drawn.blocks][:MESSAGE_BLOCKS])


def show_for(viewer: Viewer, submission: Submission) -> SubmissionShown:
    """Return the submission with what the viewer may settle of it."""
    projects = None
    if viewer.member is not None:
        projects = projects_for(
            viewer.session,
            workspace=viewer.workspace,
            approver=viewer.member,
            submission=submission,
            now=viewer.now,
        )
    return show_submission(viewer.session, submission=submission, projects=projects)


def draw_shown(
    viewer: Viewer, shown: SubmissionShown, *, skip: int = 0, above: Sequence[Block] = ()
) -> Drawn:
    """Draw what waits in a submission and what was settled of it.

    Args:
        viewer: who sees it.
        shown: the submission.
        skip: how many of the waiting entries were shown already.
        above: what stands above it in the same message.
    """
    zone = viewer.member.zone if viewer.member else viewer.workspace.zone
    settled = _settled(viewer, shown, zone)
    settled += taken_out_words(viewer, shown.submission, zone)
    if shown.elsewhere:
        settled.append(f"{hours(shown.elsewhere)} of these hours wait for other approvers.")
    if not shown.groups:
        drawn = _draw_settled(viewer, shown, settled)
        return Drawn(drawn.text, [*above, *drawn.blocks])
    lines = [_title(shown), _summary(shown, zone)]
    twice = shared_time_words(viewer, shown)
    top: list[Block] = [*above, header(lines[0]), section(lines[1])]
    top += [context("\n".join(twice))] if twice else []
    top.append(actions(*_buttons(shown)))
    bottom: list[Block] = [context("\n".join(settled))] if settled else []
    rows = _rows(shown)[skip:] if skip else _rows(shown)
    room = MESSAGE_BLOCKS - len(top) - len(bottom) - _FOOT
    body, taken = _that_fit(rows, room, shown.digest, is_only=len(shown.groups) == 1)
    missing = len(rows) - taken
    if missing:
        bottom = [*_rest(shown, skip + taken, missing), *bottom]
    words = [escape(lines[0]), lines[1], *twice, *_words(shown), *settled]
    return Drawn(spoken(*words), [*top, *body, *bottom])


def _title(shown: SubmissionShown) -> str:
    return f"Hours of {shown.author.name}: {hours(shown.seconds)}"


def _summary(shown: SubmissionShown, zone: str) -> str:
    entries = _waiting(shown)
    days = worked_days(one.entry.worked_on for one in entries)
    handed_in = instant_words(shown.submission.submitted_at, zone)
    count = counted(len(entries), "entry", "entries")
    owners = " Owners are asked, too." if shown.submission.escalated_at else ""
    return f"{count}, {days}. Handed in {handed_in}.{owners}"


def _buttons(shown: SubmissionShown) -> list[Block]:
    count = len(_waiting(shown))
    value = {"submission": shown.submission.id, "digest": shown.digest}
    says = f"Approve {hours(shown.seconds)} of {shown.author.name}"
    label = f"Approve all {count}" if count > 1 else "Approve"
    exceptions = button(
        "Approve with exceptions",
        Act.EXCEPTIONS_FORM,
        value,
        says=f"Approve hours of {shown.author.name} with exceptions",
    )
    return [
        button(label, Act.APPROVE_ALL, value, style="primary", says=says),
        *([exceptions] if count > 1 else []),
        button("Reject", Act.REJECT_FORM, value, says=f"Reject hours of {shown.author.name}"),
        _correct(shown),
    ]


def _correct(shown: SubmissionShown) -> Block:
    """Return the way to the entries of a card, to look up, correct, split or delete one."""
    value = {"submission": shown.submission.id}
    says = f"Correct an entry of {shown.author.name}"
    return button("Correct an entry", Act.ENTRIES_OPEN, value, says=says)


def _waiting(shown: SubmissionShown) -> list[Shown]:
    return [one for group in shown.groups for one in group.entries]


def _rows(shown: SubmissionShown) -> list[tuple[ProjectGroup, Shown]]:
    return [(group, one) for group in shown.groups for one in group.entries]


def _that_fit(
    rows: list[tuple[ProjectGroup, Shown]], room: int, digest: str, *, is_only: bool
) -> tuple[list[Block], int]:
    """Return the blocks of as many entries as there is room for, and how many those are."""
    blocks: list[Block] = []
    above: ProjectGroup | None = None
    for count, (group, one) in enumerate(rows):
        accept = None if is_only else _accept(group, digest)
        is_new_day = above is None or above.day != group.day
        head = [] if group is above else _group_head(group, accept, is_first_of_day=is_new_day)
        if len(blocks) + len(head) + 1 > room:
            return blocks, count
        blocks += [*head, _entry(group, one, accept)]
        above = group
    return blocks, len(rows)


def _group_head(group: ProjectGroup, accept: Block | None, *, is_first_of_day: bool) -> list[Block]:
    """Return what stands above a group: the day once, and the project where it has several."""
    if len(group.entries) == 1:
        # An entry that is alone in its project names the project itself.
        day = section(f"*{weekday_words(group.day)}*")
        return [divider(), day] if is_first_of_day else []
    total = f"{place(group.entries[0])}  {hours(group.seconds)}"
    if not is_first_of_day:
        return [section(total, accessory=accept)]
    head = section(f"*{weekday_words(group.day)}*\n{total}", accessory=accept)
    return [divider(), head]


def _entry(group: ProjectGroup, one: Shown, accept: Block | None) -> Block:
    """Draw an entry; one that is alone in its group has the group's button."""
    if len(group.entries) > 1:
        return section(_entry_words(one))
    words = [f"{place(one)}  {hours(one.seconds)}", *entry_details(one.entry)]
    return section(" · ".join(words), accessory=accept)


def _accept(group: ProjectGroup, digest: str) -> Block:
    """Return the button that approves one group: an entry by its version, several as shown."""
    first = group.entries[0]
    value: dict[str, object] = {"submission": first.entry.submission_id, "digest": digest}
    says = f"Approve {hours(group.seconds)}, {first.client}, {first.project}"
    if len(group.entries) == 1:
        value |= {"entry": first.entry.id, "version": first.entry.version}
        return button("Approve", Act.APPROVE_ONE, value, key=str(first.entry.id), says=says)
    value |= {"day": group.day, "project": first.entry.project_id}
    key = f"{group.day}.{first.entry.project_id}"
    label = f"Approve {len(group.entries)}"
    return button(label, Act.APPROVE_GROUP, value, key=key, says=says)


def _entry_words(one: Shown) -> str:
    return " · ".join([f"*{hours(one.seconds)}*", *entry_details(one.entry)])


def _rest(shown: SubmissionShown, skip: int, missing: int) -> list[Block]:
    """Say what is not shown here; Approve all covers it, as it covers all that the digest names."""
    count = len(_waiting(shown))
    value = {"submission": shown.submission.id, "skip": skip}
    more = button("Show the next ones", Act.APPROVAL_SHOW, value, key="next")
    return [
        section(
            f"… and {missing} more. Approve all approves all {count} entries,"
            f" {hours(shown.seconds)}."
        ),
        actions(more),
    ]


def _words(shown: SubmissionShown) -> list[str]:
    lines = []
    for group in shown.groups:
        name = place_words(group.entries[0])
        lines.append(f"{weekday_words(group.day)}, {name}: {hours(group.seconds)}")
        lines += [f"  {_entry_words(one)}" for one in group.entries]
    return lines


def has_buttons(drawn: Drawn) -> bool:
    """Tell whether something is left to decide."""
    return any(block["type"] == "actions" or "accessory" in block for block in drawn.blocks)


def _draw_for_others(viewer: Viewer, submission: Submission) -> Drawn:
    """Say to somebody who approves no more that these hours are none of theirs now."""
    author = viewer.session.get_one(Member, (viewer.workspace.id, submission.member_id))
    line = f"You do not approve hours any more, so those of {escape(author.name)} are for others."
    return Drawn(line, [section(line)])


def _draw_settled(viewer: Viewer, shown: SubmissionShown, settled: list[str]) -> Drawn:
    seconds = sum(one.seconds for one in shown.settled)
    if not shown.settled and shown.elsewhere:
        line = f"Nothing of the hours of {escape(shown.author.name)} waits for you."
        return Drawn(spoken(line, *settled), [section(line), context("\n".join(settled))])
    if not shown.settled:
        name = escape(shown.author.name)
        line = f"{name} took these hours back. Nothing waits here any more."
        if settled:
            line = f"Nothing of the hours of {name} waits here any more."
        foot = [context("\n".join(settled))] if settled else []
        return Drawn(spoken(line, *settled), [section(line), *foot])
    title = f"Hours of {shown.author.name}: {hours(seconds)}"
    sums: dict[str, int] = {}
    for one in shown.settled:
        sums[place(one)] = sums.get(place(one), 0) + one.seconds
    rows = [f"{name}  {hours(total)}" for name, total in sums.items()]
    days = worked_days(one.entry.worked_on for one in shown.settled)
    blocks = [header(title), section("\n".join([days, *rows])), context("\n".join(settled))]
    blocks += _take_back(viewer, shown)
    return Drawn(spoken(escape(title), days, *rows, *settled), blocks)


def _take_back(viewer: Viewer, shown: SubmissionShown) -> list[Block]:
    """Offer to take the approval back, as long as something of it is not billed."""
    is_open = any(one.entry.state == "approved" for one in shown.settled)
    is_own = viewer.member is not None and viewer.member.id == shown.author.id
    if not is_open or (is_own and not viewer.workspace.self_approval):
        return []
    says = f"Take back the approval of {shown.author.name}'s hours"
    value = {"submission": shown.submission.id}
    back = button("Take back the approval", Act.UNAPPROVE, value, says=says)
    return [actions(back, _correct(shown))]


def _settled(viewer: Viewer, shown: SubmissionShown, zone: str) -> list[str]:
    """Return one line per person and decision: who settled how much, and when."""
    decisions: dict[tuple[str, UUID], list[Shown]] = {}
    for one in shown.settled:
        entry = one.entry
        verb, by = (
            ("Approved", entry.approved_by)
            if entry.approved_by
            else ("Rejected", entry.rejected_by)
        )
        if by is not None:
            decisions.setdefault((verb, by), []).append(one)
    return [_decision(viewer, verb, by, found, zone) for (verb, by), found in decisions.items()]


def _decision(viewer: Viewer, verb: str, by: UUID, found: list[Shown], zone: str) -> str:
    # A name and no mention, so that nobody is called by a repaint.
    who = viewer.session.get_one(Member, (viewer.workspace.id, by))
    moments = [one.entry.approved_at or one.entry.rejected_at for one in found]
    when = stamp(max(moment for moment in moments if moment), zone)
    total = hours(sum(one.seconds for one in found))
    what = f"{total} in {counted(len(found), 'entry', 'entries')}"
    reasons = {one.entry.rejection_reason for one in found if verb == "Rejected"}
    why = listed([escape(reason) for reason in sorted(filter(None, reasons))])
    return f"{verb} by {escape(who.name)}, {when}: {what}." + (f" Reason: {why}" if why else "")


CARDS: Mapping[str, Card] = {CARD: draw_submission, REMINDER: draw_reminder}
"""Who draws the card, and the same as a reminder."""
