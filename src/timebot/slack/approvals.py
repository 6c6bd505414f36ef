"""Approving and rejecting: the list of what waits, the card's buttons, and the reason's modal."""

from collections.abc import Callable
from uuid import UUID

from timebot.errors import NotAllowed, Refusal
from timebot.journal.notices import refresh_card
from timebot.journal.posted import find_posted
from timebot.slack.answer import NOTHING, Answer, AtField
from timebot.slack.blocks import (
    Block,
    actions,
    button,
    context,
    escape,
    field,
    header,
    modal,
    option,
    section,
    text_field,
)
from timebot.slack.desk import SURFACE, Asked, viewer_of
from timebot.slack.ids import Act, Form
from timebot.slack.submission_card import draw_shown
from timebot.slack.time_words import hours, place_words, spoken, worked_days
from timebot.slack.words import counted, listed, weekday_words
from timebot.team.rights import require
from timebot.timekeeping.approval import (
    AlreadySettled,
    ChangedSince,
    NothingWaits,
    ReasonMissing,
    Settled,
    approve,
    reject,
)
from timebot.timekeeping.models import Submission, TimeEntry
from timebot.timekeeping.overview import Shown, SubmissionShown, show_submission, waiting_for
from timebot.timekeeping.wording import TextTooLong

WHICH, REASON = "which", "reason"
_MOST_LISTED = 15
_MOST_CHOICES = 100
_STALE = (AlreadySettled, ChangedSince, NothingWaits)


def list_approvals(asked: Asked, _rest: str = "") -> Answer:
    """List the submissions that wait for the person who asks."""
    require(asked.session, asked.member, "approver", to="approve hours", now=asked.now)
    waiting = waiting_for(
        asked.session, workspace=asked.workspace, approver=asked.member, now=asked.now
    )
    if not waiting:
        return Answer(text="Nothing waits for your approval.")
    total = hours(sum(one.seconds for one in waiting))
    title = f"{counted(len(waiting), 'submission')} to approve: {total}"
    rows = [_listed(one) for one in waiting]
    blocks: list[Block] = [header(title)]
    for one, words in zip(waiting[:_MOST_LISTED], rows, strict=False):
        blocks += [section(words), actions(*_buttons(one))]
    if len(waiting) > _MOST_LISTED:
        blocks.append(context(f"… and {len(waiting) - _MOST_LISTED} more, oldest first."))
    return Answer(text=spoken(title, *rows), blocks=blocks)


def show_submission_again(asked: Asked) -> Answer:
    """Show one submission to somebody who approves, from a button or after it had changed."""
    require(asked.session, asked.member, "approver", to="approve hours", now=asked.now)
    value = asked.delivery.value
    # A refusal's button carries the bare id.
    meant = value.get("submission") or asked.delivery.packed
    submission = _get_submission(asked, meant)
    return _draw(asked, submission, skip=int(value.get("skip", "0")))


def approve_all(asked: Asked) -> Answer:
    """Approve everything that the button's digest names."""
    return _settle(asked, lambda: _approve(asked, None, asked.delivery.value.get("digest", "")))


def approve_one(asked: Asked) -> Answer:
    """Approve one entry, as it was when the button was drawn."""
    value = asked.delivery.value
    entry = asked.session.get(TimeEntry, (asked.workspace.id, UUID(value["entry"])))

    def settle() -> Settled:
        # An entry that waits cannot be changed in place, so its version stands for its content.
        if entry is not None and _waits_changed(entry, value):
            raise ChangedSince(UUID(value["submission"]))
        return _approve(asked, [UUID(value["entry"])], None)

    return _settle(asked, settle)


def open_reject(asked: Asked) -> Answer:
    """Open the modal that asks for the reason, for all entries or for some."""
    require(asked.session, asked.member, "approver", to="reject hours", now=asked.now)
    submission = _get_submission(asked, asked.delivery.value.get("submission", ""))
    shown = show_submission(asked.session, submission=submission)
    if not shown.groups:
        return _draw(asked, submission)
    return Answer(modal=_reject_form(shown, asked.delivery.value))


def save_reject(asked: Asked) -> Answer:
    """Reject what was chosen, with the reason."""
    state, value = asked.delivery.state, asked.delivery.value
    chosen = [UUID(one) for one in (state.get(WHICH) or "").split(",") if one]

    def settle() -> Settled:
        return reject(
            asked.session,
            workspace=asked.workspace,
            approver=asked.member,
            submission_id=UUID(value["submission"]),
            entry_ids=chosen or None,
            reason=state.get(REASON) or "",
            digest=value.get("digest"),
            now=asked.now,
            surface=SURFACE,
        )

    try:
        return _settle(asked, settle)
    except (ReasonMissing, TextTooLong) as refusal:
        raise AtField(REASON, refusal) from None


def _approve(asked: Asked, entry_ids: list[UUID] | None, digest: str | None) -> Settled:
    return approve(
        asked.session,
        workspace=asked.workspace,
        approver=asked.member,
        submission_id=UUID(asked.delivery.value["submission"]),
        entry_ids=entry_ids,
        digest=digest,
        now=asked.now,
        surface=SURFACE,
    )


def _settle(asked: Asked, settle: Callable[[], Settled]) -> Answer:
    """Settle, or show how things stand by now where the button is out of date."""
    submission = _get_submission(asked, asked.delivery.value.get("submission", ""))
    try:
        # The savepoint takes back what was settled before somebody else was seen to be quicker.
        with asked.session.begin_nested():
            settled = settle()
    except _STALE as stale:
        return _stale(asked, submission, stale)
    if _is_on_card(asked, submission):
        return NOTHING
    return _told(asked, submission, settled)


def _is_on_card(asked: Asked, submission: Submission) -> bool:
    """Tell whether the card itself was clicked, which is repainted; not a copy shown on request."""
    card = find_posted(
        asked.session,
        workspace_id=asked.workspace.id,
        purpose="submission",
        subject_id=submission.id,
        recipient=asked.member.slack_user_id,
    )
    return card is not None and card.ts == (asked.delivery.message_ts or None)


def _stale(asked: Asked, submission: Submission, refusal: Refusal) -> Answer:
    """Repaint every copy, and say what has happened; a private copy is drawn anew in place."""
    refresh_card(
        asked.session,
        workspace_id=asked.workspace.id,
        purpose="submission",
        subject_id=submission.id,
        now=asked.now,
    )
    drawn = draw_shown(viewer_of(asked), show_submission(asked.session, submission=submission))
    blocks = [section(escape(refusal.sentence)), *drawn.blocks]
    is_on_card = _is_on_card(asked, submission)
    if is_on_card and not isinstance(refusal, ChangedSince):
        return Answer(text=escape(refusal.sentence))
    return Answer(
        text=spoken(escape(refusal.sentence), drawn.text),
        blocks=blocks,
        replace=bool(asked.delivery.message_ts) and not is_on_card,
    )


def _told(asked: Asked, submission: Submission, settled: Settled) -> Answer:
    """Say what was settled where no card is repainted in place, and show what is left."""
    seconds = sum(entry.seconds(now=asked.now) for entry in settled.entries)
    verb = "Approved" if settled.entries[0].approved_by else "Rejected"
    count = counted(len(settled.entries), "entry", "entries")
    line = f"{verb}: {hours(seconds)} in {count}."
    if asked.delivery.kind != "click":
        left = f" {counted(settled.left, 'entry', 'entries')} still to settle."
        return Answer(text=line + (left if settled.left else ""))
    if settled.left:
        drawn = draw_shown(viewer_of(asked), show_submission(asked.session, submission=submission))
        text, blocks = drawn.text, drawn.blocks
    else:
        rest = list_approvals(asked)
        text, blocks = rest.text, list(rest.blocks) or [section(rest.text)]
    return Answer(text=spoken(line, text), blocks=[section(line), *blocks], replace=True)


def _draw(asked: Asked, submission: Submission, *, skip: int = 0) -> Answer:
    shown = show_submission(asked.session, submission=submission)
    if shown.author.id == asked.member.id and not asked.workspace.self_approval:
        raise NotAllowed("These are your own hours. Somebody else has to settle them.")
    drawn = draw_shown(viewer_of(asked), shown, skip=skip)
    is_copy = bool(asked.delivery.message_ts) and not _is_on_card(asked, submission)
    return Answer(text=drawn.text, blocks=drawn.blocks, replace=is_copy)


def _listed(one: SubmissionShown) -> str:
    entries = [each for group in one.groups for each in group.entries]
    projects = dict.fromkeys(place_words(each) for each in entries)
    days = worked_days(each.entry.worked_on for each in entries)
    count = counted(len(entries), "entry", "entries")
    name = f"*{escape(one.author.name)}*"
    return f"{name}  {hours(one.seconds)}, {count}, {days}\n{listed([*projects], most=4)}"


def _buttons(one: SubmissionShown) -> list[Block]:
    value = {"submission": one.submission.id}
    name = one.author.name
    key = str(one.submission.id)
    show = button("Show the hours", Act.APPROVAL_SHOW, value, key=key, says=f"Show {name}'s hours")
    accept = button(
        f"Approve {hours(one.seconds)}",
        Act.APPROVE_ALL,
        {**value, "digest": one.digest},
        key=key,
        style="primary",
        says=f"Approve {hours(one.seconds)} of {name}",
    )
    return [accept, show]


def _reject_form(shown: SubmissionShown, value: dict[str, str]) -> Block:
    rows = [one for group in shown.groups for one in group.entries][:_MOST_CHOICES]
    choices = [_choice(one) for one in rows]
    which: Block = {
        "type": "multi_static_select",
        "action_id": "value",
        "options": choices,
        "placeholder": {"type": "plain_text", "text": "All of them"},
    }
    return modal(
        Form.REJECT,
        "Reject hours",
        [
            section(f"*{escape(shown.author.name)}*  {hours(shown.seconds)}"),
            field(WHICH, "Which entries", which, optional=True, hint="Leave it empty for all."),
            field(
                REASON,
                "Reason",
                text_field(many_lines=True, placeholder="What should be changed?"),
                hint="The author reads this.",
            ),
        ],
        submit="Reject",
        kept={"submission": value.get("submission"), "digest": value.get("digest")},
    )


def _choice(one: Shown) -> Block:
    day = weekday_words(one.entry.worked_on)
    return option(
        f"{hours(one.seconds)} {one.client}, {one.project}",
        str(one.entry.id),
        description=f"{day} {one.entry.text}".strip(),
    )


def _waits_changed(entry: TimeEntry, value: dict[str, str]) -> bool:
    return entry.state == "pending_review" and str(entry.version) != value.get("version")


def _get_submission(asked: Asked, submission_id: str) -> Submission:
    try:
        meant = UUID(submission_id)
    except ValueError:
        raise NothingWaits from None
    submission = asked.session.get(Submission, (asked.workspace.id, meant))
    if submission is None:
        raise NothingWaits
    return submission
