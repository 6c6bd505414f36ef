"""Approving with exceptions: a modal that pages through the hours and settles all at its end."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from timebot.errors import Refusal
from timebot.slack.answer import NOTHING, Answer, AtField
from timebot.slack.approval_queue import STALE
from timebot.slack.approvals import changed_since, get_submission
from timebot.slack.blocks import Block, escape, modal, section
from timebot.slack.desk import SURFACE, Asked, Feature
from timebot.slack.exceptions_form import (
    LONGEST_REASON,
    TITLE,
    Marks,
    draw_page,
    draw_sum,
    on_page,
    pages,
    place_in_order,
    read_marks,
    reason_id,
    sum_words,
)
from timebot.slack.ids import Act, Form
from timebot.slack.submission_changes import changes_block
from timebot.team.models import Member
from timebot.timekeeping.approval import ReasonMissing, Verdict, settle
from timebot.timekeeping.overview import Shown, show_entries
from timebot.timekeeping.review import look_through
from timebot.timekeeping.wording import TextTooLong, clean_plain, description


class TooManyReasons(Refusal):
    """More exceptions and reasons than Slack keeps in a modal."""

    def __init__(self) -> None:
        super().__init__(
            "That is more than this form can keep. Shorten the reason, or reject fewer entries now"
            " and the others afterwards."
        )


class ReasonForNothing(Refusal):
    """A reason was written, but every entry of the page is ticked."""

    def __init__(self) -> None:
        super().__init__("Untick the entries that you mean, or leave the reason empty.")


def open_exceptions(asked: Asked) -> Answer:
    """Open the modal at its first page."""
    submission = get_submission(asked, asked.delivery.value.get("submission", ""))
    is_old = asked.delivery.value.get("digest") != submission.digest
    above = changes_block(changed_since(asked, submission)) if is_old else []
    marks = Marks(submission.id, submission.digest)
    return Answer(modal=_page(asked, marks, _rows(asked, marks), above=above))


def turn_page(asked: Asked) -> Answer:
    """Keep what was unticked and go on: to the next page, to the sum, or settle."""
    marks = _read(asked)
    try:
        # The savepoint takes back what was settled before a change was seen.
        with asked.session.begin_nested():
            rows = _rows(asked, marks)
            if marks.page >= pages(rows):
                return _settled(asked, marks, rows)
    except STALE as stale:
        return _again(asked, marks, stale)
    turned = _with_page(asked, marks, rows)
    try:
        return Answer(next_view=_page_or_sum(asked, turned, rows))
    except ValueError:
        raise AtField(reason_id(marks.page), TooManyReasons()) from None


def turn_back(asked: Asked) -> Answer:
    """Keep what was unticked as it stands and show the page before; it is judged at Next."""
    marks = _read(asked)
    try:
        rows = _rows(asked, marks)
    except STALE as stale:
        return _again(asked, marks, stale)
    shown = [one.entry.number for one in on_page(rows, marks.page)]
    kept = marks.with_page(asked.delivery.state, _reason_in(asked, marks.page), shown=shown)
    try:
        before = replace(kept, page=max(marks.page - 1, 0))
        return Answer(next_view=_page(asked, before, rows))
    except ValueError:
        raise TooManyReasons from None


def _rows(asked: Asked, marks: Marks) -> Sequence[Shown]:
    """Return what is to be settled, in the order of the pages, if it still is what was shown."""
    entries = look_through(
        asked.session,
        workspace=asked.workspace,
        approver=asked.member,
        submission_id=marks.submission_id,
        digest=marks.digest,
        now=asked.now,
        surface=SURFACE,
    )
    return sorted(show_entries(asked.session, entries), key=place_in_order)


def _with_page(asked: Asked, marks: Marks, rows: Sequence[Shown]) -> Marks:
    """Return the marks with what the submitted page says, turned to the next one.

    Raises:
        AtField: if an exception has no reason, or a reason no exception.
    """
    state, field_id = asked.delivery.state, reason_id(marks.page)
    shown = {one.entry.number for one in on_page(rows, marks.page)}
    try:
        reason = description(state.get(field_id) or "")
    except TextTooLong as refusal:
        raise AtField(field_id, refusal) from None
    kept = marks.with_page(state, reason, shown=shown)
    unticked = shown & {*kept.reasons}
    if unticked and not reason:
        raise AtField(field_id, ReasonMissing())
    if reason and not unticked:
        raise AtField(field_id, ReasonForNothing())
    if len(reason) > LONGEST_REASON:
        raise AtField(field_id, TooManyReasons())
    return replace(kept, page=marks.page + 1)


def _settled(asked: Asked, marks: Marks, rows: Sequence[Shown]) -> Answer:
    ids = {one.entry.number: one.entry.id for one in rows}
    exceptions = {ids[number]: why for number, why in marks.reasons.items() if number in ids}
    (ruling,) = settle(
        asked.session,
        workspace=asked.workspace,
        approver=asked.member,
        verdicts=[Verdict(marks.submission_id, marks.digest, exceptions)],
        now=asked.now,
        surface=SURFACE,
    )
    rejected = {entry.id for entry in ruling.rejected}
    numbers = {one.entry.number for one in rows if one.entry.id in rejected}
    words = sum_words(rows, numbers, verbs=("approved", "rejected"))
    return Answer(text=f"Hours of {escape(ruling.author.name)}: {words}.")


def _again(asked: Asked, marks: Marks, stale: Refusal) -> Answer:
    """Show what has changed and begin anew; what was unticked before stays so, with its reason."""
    submission = get_submission(asked, str(marks.submission_id))
    lines = changed_since(asked, submission)
    above = [section(escape(stale.sentence)), *changes_block(lines)]
    said = marks.with_page(asked.delivery.state, _reason_in(asked, marks.page))
    anew = replace(said, digest=submission.digest, page=0)
    try:
        rows = _rows(asked, anew)
    except STALE:
        return Answer(next_view=modal(Form.EXCEPTIONS, TITLE, above))
    return Answer(next_view=_page(asked, anew, rows, above=above))


def _page_or_sum(asked: Asked, marks: Marks, rows: Sequence[Shown]) -> Block:
    return draw_sum(marks, rows) if marks.page >= pages(rows) else _page(asked, marks, rows)


def _page(
    asked: Asked, marks: Marks, rows: Sequence[Shown], *, above: Sequence[Block] = ()
) -> Block:
    submission = get_submission(asked, str(marks.submission_id))
    author = asked.session.get_one(Member, (asked.workspace.id, submission.member_id))
    return draw_page(marks, rows, author=author.name, above=above)


def _reason_in(asked: Asked, page: int) -> str:
    return clean_plain(asked.delivery.state.get(reason_id(page)) or "")


def _read(asked: Asked) -> Marks:
    value = asked.delivery.value
    return read_marks(value, get_submission(asked, value.get("submission", "")).id)


ACTIONS: Mapping[str, Feature] = {
    Act.EXCEPTIONS_FORM: open_exceptions,
    Act.EXCEPTIONS_BACK: turn_back,
    # Slack reports every tick; they count when the page is turned.
    Act.EXCEPTIONS_TICK: lambda _asked: NOTHING,
}
FORMS: Mapping[str, Feature] = {Form.EXCEPTIONS: turn_page}
