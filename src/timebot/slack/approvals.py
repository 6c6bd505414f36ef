"""Approving and rejecting one submission: the card's buttons, and the reason's modal."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from timebot.errors import Refusal
from timebot.slack.answer import NOTHING, Answer, AtField
from timebot.slack.approval_queue import STALE, approve_queue, draw_queue, list_approvals
from timebot.slack.blocks import (
    Block,
    actions,
    escape,
    field,
    modal,
    option,
    plain,
    section,
    text_field,
)
from timebot.slack.clicked import card_clicked, find_submission
from timebot.slack.desk import SURFACE, Asked, Feature, viewer_of
from timebot.slack.ids import Act, Form
from timebot.slack.refusals import buttons_of
from timebot.slack.submission_card import draw_shown, show_for
from timebot.slack.submission_changes import changes_block, changes_words
from timebot.slack.time_words import hours, spoken
from timebot.slack.words import counted, weekday_words
from timebot.team.rights import require
from timebot.timekeeping.approval import (
    ChangedSince,
    NothingWaits,
    ReasonMissing,
    Settled,
    approve,
    reject,
    unapprove,
)
from timebot.timekeeping.models import Submission, TimeEntry
from timebot.timekeeping.overview import Shown, SubmissionShown
from timebot.timekeeping.review import ensure_not_own, in_submission
from timebot.timekeeping.shown import find_changes
from timebot.timekeeping.submitted import CARDS, list_waiting, repaint_submission
from timebot.timekeeping.wording import TextTooLong

WHICH, REASON = "which", "reason"
_MOST_CHOICES = 100


def show_submission_again(asked: Asked) -> Answer:
    """Show one submission to somebody who approves, from a button or after it had changed."""
    require(asked.session, asked.member, "approver", to="approve hours", now=asked.now)
    value = asked.delivery.value
    # A refusal's button carries the bare id.
    submission = get_submission(asked, value.get("submission") or asked.delivery.packed)
    ensure_not_own(
        asked.session,
        workspace=asked.workspace,
        approver=asked.member,
        submission=submission,
        now=asked.now,
    )
    shown = show_for(viewer_of(asked), submission)
    drawn = draw_shown(viewer_of(asked), shown, skip=int(value.get("skip", "0")))
    is_copy = bool(asked.delivery.message_ts) and not _is_on_card(asked, submission)
    return Answer(text=drawn.text, blocks=drawn.blocks, replace=is_copy)


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
            raise ChangedSince(UUID(value["submission"]), value.get("digest"))
        return _approve(asked, [UUID(value["entry"])], None)

    return _settle(asked, settle)


def approve_group(asked: Asked) -> Answer:
    """Approve the entries of one project and day, if the submission is what was shown."""
    value = asked.delivery.value
    submission = get_submission(asked, value.get("submission", ""))
    ids = _of_group(list_waiting(asked.session, submission), value)
    if not ids:
        # Settled since, they still say who did it and when.
        ids = _of_group(asked.session.scalars(in_submission(submission, None)), value)
    return _settle(asked, lambda: _approve(asked, ids, value.get("digest", "")))


def take_back(asked: Asked) -> Answer:
    """Take the approval back, from the settled card or from the list."""
    submission = get_submission(asked, asked.delivery.value.get("submission", ""))
    taken = unapprove(
        asked.session,
        workspace=asked.workspace,
        approver=asked.member,
        submission_id=submission.id,
        entry_ids=None,
        now=asked.now,
        surface=SURFACE,
    )
    if _is_on_card(asked, submission):
        return NOTHING
    seconds = sum(entry.seconds(now=asked.now) for entry in taken.entries)
    count = counted(len(taken.entries), "entry", "entries")
    line = f"Taken back: {hours(seconds)} in {count} wait for approval again."
    return draw_queue(asked, said=[f"{line} I told the author."])


def open_reject(asked: Asked) -> Answer:
    """Open the modal that asks for the reason, for all entries or for some."""
    require(asked.session, asked.member, "approver", to="reject hours", now=asked.now)
    submission = get_submission(asked, asked.delivery.value.get("submission", ""))
    shown = show_for(viewer_of(asked), submission)
    if not shown.groups:
        return show_submission_again(asked)
    is_old = asked.delivery.value.get("digest") != shown.digest
    above = changes_block(changed_since(asked, submission)) if is_old else []
    return Answer(modal=_reject_form(shown, above=above))


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


def get_submission(asked: Asked, submission_id: str) -> Submission:
    """Return the submission that a button or form carries.

    Raises:
        NothingWaits: if there is none.
    """
    submission = find_submission(asked, submission_id)
    if submission is None:
        raise NothingWaits
    return submission


def changed_since(asked: Asked, submission: Submission) -> list[str]:
    """Return what is different from what the button or form was drawn for, in words."""
    value = asked.delivery.value
    changes = find_changes(
        asked.session,
        submission=submission,
        waiting=list_waiting(asked.session, submission),
        digest=value.get("digest", ""),
    )
    if changes is not None and value.get("entry"):
        changes = changes.only(UUID(value["entry"]))
    return changes_words(changes)


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


def _of_group(entries: Iterable[TimeEntry], value: Mapping[str, str]) -> list[UUID]:
    """Return the entries of the day and project that a group's button carries."""
    meant = (value["day"], value["project"])
    return [one.id for one in entries if (str(one.worked_on), str(one.project_id)) == meant]


def _settle(asked: Asked, settle: Callable[[], Settled]) -> Answer:
    """Settle, or show how things stand by now where the button is out of date."""
    submission = get_submission(asked, asked.delivery.value.get("submission", ""))
    try:
        # The savepoint takes back what was settled before somebody else was seen to be quicker.
        with asked.session.begin_nested():
            settled = settle()
    except STALE as stale:
        return _stale(asked, submission, stale)
    if _is_on_card(asked, submission):
        return NOTHING
    return _told(asked, submission, settled)


def _is_on_card(asked: Asked, submission: Submission) -> bool:
    """Tell whether the card itself was clicked, which is repainted; not a copy shown on request."""
    posted = card_clicked(asked)
    return posted is not None and posted.purpose in CARDS and posted.subject_id == submission.id


def _stale(asked: Asked, submission: Submission, refusal: Refusal) -> Answer:
    """Repaint every copy, and show what has changed; a private copy is drawn anew in place."""
    repaint_submission(asked.session, submission, now=asked.now)
    said, lines = escape(refusal.sentence), changed_since(asked, submission)
    shown = show_for(viewer_of(asked), submission)
    if asked.delivery.kind == "submission" and shown.groups:
        return Answer(next_view=_reject_again(asked, shown, said, lines))
    above = [section(said), *changes_block(lines)]
    is_on_card = _is_on_card(asked, submission)
    is_withdrawn_in_part = isinstance(refusal, NothingWaits) and bool(shown.groups)
    if is_on_card and not (is_withdrawn_in_part or isinstance(refusal, ChangedSince)):
        ways_on = buttons_of(refusal)
        return Answer(
            text=spoken(said, *lines), blocks=[*above, *([actions(*ways_on)] if ways_on else [])]
        )
    drawn = draw_shown(viewer_of(asked), shown, above=above)
    return Answer(
        text=spoken(said, *lines, drawn.text),
        blocks=drawn.blocks,
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
    if not settled.left:
        return draw_queue(asked, said=[line])
    shown = show_for(viewer_of(asked), submission)
    drawn = draw_shown(viewer_of(asked), shown, above=[section(line)])
    return Answer(text=spoken(line, drawn.text), blocks=drawn.blocks, replace=True)


def _reject_form(shown: SubmissionShown, *, above: Sequence[Block] = (), reason: str = "") -> Block:
    rows = [one for group in shown.groups for one in group.entries][:_MOST_CHOICES]
    which: Block = {
        "type": "multi_static_select",
        "action_id": "value",
        "options": [_choice(one) for one in rows],
        "placeholder": plain("All of them"),
    }
    return modal(
        Form.REJECT,
        "Reject hours",
        [
            *above,
            section(f"*{escape(shown.author.name)}*  {hours(shown.seconds)}"),
            field(WHICH, "Which entries", which, optional=True, hint="Leave it empty for all."),
            field(
                REASON,
                "Reason",
                text_field(initial=reason, many_lines=True, placeholder="What should be changed?"),
                hint="The author reads this.",
            ),
        ],
        submit="Reject",
        kept={"submission": shown.submission.id, "digest": shown.digest},
    )


def _reject_again(asked: Asked, shown: SubmissionShown, said: str, lines: Sequence[str]) -> Block:
    """Ask again in the open modal, for what waits now; the reason that was typed stays."""
    above = [section(said), *changes_block(lines)]
    reason = asked.delivery.state.get(REASON) or ""
    return _reject_form(shown, above=above, reason=reason)


def _choice(one: Shown) -> Block:
    day = weekday_words(one.entry.worked_on)
    return option(
        f"{hours(one.seconds)} {one.client}, {one.project}",
        str(one.entry.id),
        description=f"{day} {one.entry.text}".strip(),
    )


def _waits_changed(entry: TimeEntry, value: dict[str, str]) -> bool:
    return entry.state == "pending_review" and str(entry.version) != value.get("version")


def _list_in_place(asked: Asked) -> Answer:
    return replace(list_approvals(asked), replace=bool(asked.delivery.message_ts))


ACTIONS: Mapping[str, Feature] = {
    Act.APPROVE_ALL: approve_all,
    Act.APPROVE_ONE: approve_one,
    Act.APPROVE_GROUP: approve_group,
    Act.APPROVE_QUEUE: approve_queue,
    Act.UNAPPROVE: take_back,
    Act.REJECT_FORM: open_reject,
    Act.APPROVALS_SHOW: _list_in_place,
    Act.APPROVAL_SHOW: show_submission_again,
}
FORMS: Mapping[str, Feature] = {Form.REJECT: save_reject}
