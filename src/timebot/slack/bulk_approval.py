"""Approving with exceptions: a modal that pages through the hours and settles all at its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from uuid import UUID

from timebot.errors import Refusal
from timebot.slack.answer import Answer, AtField
from timebot.slack.approval_queue import STALE
from timebot.slack.approvals import changed_since, get_submission
from timebot.slack.blocks import (
    Block,
    checkboxes,
    context,
    escape,
    header,
    modal,
    option,
    section,
    text_field,
)
from timebot.slack.blocks import field as input_field
from timebot.slack.desk import SURFACE, Asked, Feature
from timebot.slack.ids import Act, Form
from timebot.slack.submission_changes import changes_block
from timebot.slack.time_words import KIND_WORDS, hours, place_words, span
from timebot.slack.words import counted, listed, started, weekday_words
from timebot.team.models import Member
from timebot.timekeeping.approval import ReasonMissing, Verdict, settle
from timebot.timekeeping.overview import Shown, show_entries
from timebot.timekeeping.review import look_through
from timebot.timekeeping.wording import TextTooLong, description

PER_PAGE = 20
"""How many entries one page shows."""

LONGEST_REASON = 200
"""In characters; the modal keeps reasons until its last page."""

_TITLE = "Approve with exceptions"
_BOXES = 10
_MOST_LISTED = 25


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


@dataclass(frozen=True)
class _Marks:
    """What the modal carries from page to page; untrusted when it comes back.

    Attributes:
        submission_id, digest: what is settled, and as what it was shown.
        page: the page that is open, from 0 on; the one after the last is the sum.
        reasons: the entries that are rejected, by number, each with the reason.
    """

    submission_id: UUID
    digest: str
    page: int = 0
    reasons: Mapping[int, str] = field(default_factory=dict)

    def kept(self) -> dict[str, object]:
        """Return it as the modal keeps it: reasons in lines, each after its numbers."""
        by_reason: dict[str, list[str]] = {}
        for number, reason in self.reasons.items():
            by_reason.setdefault(reason, []).append(str(number))
        no = "\n".join(f"{','.join(numbers)} {reason}" for reason, numbers in by_reason.items())
        return {
            "submission": self.submission_id,
            "digest": self.digest,
            "page": self.page,
            "no": no,
        }


def open_exceptions(asked: Asked) -> Answer:
    """Open the modal at its first page."""
    submission = get_submission(asked, asked.delivery.value.get("submission", ""))
    is_old = asked.delivery.value.get("digest") != submission.digest
    above = changes_block(changed_since(asked, submission)) if is_old else []
    marks = _Marks(submission.id, submission.digest)
    return Answer(modal=_page(asked, marks, _rows(asked, marks), above=above))


def turn_page(asked: Asked) -> Answer:
    """Keep what was unticked and go on: to the next page, to the sum, or settle."""
    marks = _read(asked)
    try:
        # The savepoint takes back what was settled before a change was seen.
        with asked.session.begin_nested():
            rows = _rows(asked, marks)
            if marks.page >= _pages(rows):
                return _settled(asked, marks, rows)
    except STALE as stale:
        return _again(asked, marks, stale)
    turned = _with_page(asked, marks, rows)
    try:
        if turned.page >= _pages(rows):
            return Answer(next_view=_sum(turned, rows))
        return Answer(next_view=_page(asked, turned, rows))
    except ValueError:
        raise AtField(_reason_id(marks.page), TooManyReasons()) from None


def _rows(asked: Asked, marks: _Marks) -> Sequence[Shown]:
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
    return sorted(show_entries(asked.session, entries), key=_place)


def _place(one: Shown) -> tuple[str, str, str]:
    return one.entry.worked_on.isoformat(), one.client or "", one.project or ""


def _pages(rows: Sequence[Shown]) -> int:
    return -(-len(rows) // PER_PAGE)


def _on_page(rows: Sequence[Shown], page: int) -> Sequence[Shown]:
    return rows[page * PER_PAGE : (page + 1) * PER_PAGE]


def _with_page(asked: Asked, marks: _Marks, rows: Sequence[Shown]) -> _Marks:
    """Return the marks with what the submitted page says, turned to the next one.

    Raises:
        AtField: if an exception has no reason, or a reason no exception.
    """
    state, reason_id = asked.delivery.state, _reason_id(marks.page)
    shown = {one.entry.number for one in _on_page(rows, marks.page)}
    ticked = {
        number
        for block_id, chosen in state.items()
        if block_id.startswith(_groups_of(marks.page))
        for number in _numbers(chosen or "")
    }
    unticked = shown - ticked
    try:
        reason = description(state.get(reason_id) or "")
    except TextTooLong as refusal:
        raise AtField(reason_id, refusal) from None
    if unticked and not reason:
        raise AtField(reason_id, ReasonMissing())
    if reason and not unticked:
        raise AtField(reason_id, ReasonForNothing())
    if len(reason) > LONGEST_REASON:
        raise AtField(reason_id, TooManyReasons())
    kept = {number: why for number, why in marks.reasons.items() if number not in shown}
    kept |= dict.fromkeys(sorted(unticked), reason)
    return replace(marks, page=marks.page + 1, reasons=kept)


def _settled(asked: Asked, marks: _Marks, rows: Sequence[Shown]) -> Answer:
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
    words = _sum_words(rows, numbers, verbs=("approved", "rejected"))
    return Answer(text=f"Hours of {escape(ruling.author.name)}: {words}.")


def _again(asked: Asked, marks: _Marks, stale: Refusal) -> Answer:
    """Show what has changed and begin anew; what was unticked before stays so, with its reason."""
    submission = get_submission(asked, str(marks.submission_id))
    lines = changed_since(asked, submission)
    above = [section(escape(stale.sentence)), *changes_block(lines)]
    reasons = {**marks.reasons, **_said_on_page(asked, marks.page)}
    anew = replace(marks, digest=submission.digest, page=0, reasons=reasons)
    try:
        rows = _rows(asked, anew)
    except STALE:
        return Answer(next_view=modal(Form.EXCEPTIONS, _TITLE, above))
    return Answer(next_view=_page(asked, anew, rows, above=above))


def _page(
    asked: Asked, marks: _Marks, rows: Sequence[Shown], *, above: Sequence[Block] = ()
) -> Block:
    """Draw one page: a box per entry, grouped by day and project, and one reason."""
    shown = _on_page(rows, marks.page)
    blocks: list[Block] = [*above, section(_page_words(asked, marks, rows))]
    for _, found in groupby(shown, key=_place):
        entries = list(found)
        parts = (entries[at : at + _BOXES] for at in range(0, len(entries), _BOXES))
        blocks += [_boxes(part, marks) for part in parts]
    reasons = [marks.reasons[n] for n in (one.entry.number for one in shown) if n in marks.reasons]
    reason = text_field(initial=reasons[0] if reasons else "", placeholder="What should change?")
    reason["max_length"] = LONGEST_REASON
    blocks.append(
        input_field(
            _reason_id(marks.page),
            "Why are the unticked ones rejected?",
            reason,
            optional=True,
            hint="The author reads this.",
        )
    )
    return modal(Form.EXCEPTIONS, _TITLE, blocks, submit="Next", close="Cancel", kept=marks.kept())


def _page_words(asked: Asked, marks: _Marks, rows: Sequence[Shown]) -> str:
    submission = get_submission(asked, str(marks.submission_id))
    author = asked.session.get_one(Member, (asked.workspace.id, submission.member_id))
    total = hours(sum(one.seconds for one in rows))
    pages = _pages(rows)
    where = f" · page {marks.page + 1} of {pages}" if pages > 1 else ""
    return (
        f"*{escape(author.name)}*  {total} in {counted(len(rows), 'entry', 'entries')}{where}\n"
        "Untick what you reject. Nothing is settled before the last page."
    )


def _boxes(entries: Sequence[Shown], marks: _Marks) -> Block:
    first = entries[0]
    total = hours(sum(one.seconds for one in entries))
    label = f"{weekday_words(first.entry.worked_on)} · {first.client}, {first.project} · {total}"
    options = [_option(one) for one in entries]
    ticked = [
        each
        for each, one in zip(options, entries, strict=True)
        if one.entry.number not in marks.reasons
    ]
    boxes = checkboxes(options, chosen=ticked)
    return input_field(_group_id(marks, entries), label, boxes, optional=True)


def _option(one: Shown) -> Block:
    entry = one.entry
    kind = KIND_WORDS[entry.billable] if entry.billable != "billable" else ""
    ticket = f"#{entry.ticket_ref}" if entry.ticket_ref else ""
    details = " · ".join(each for each in (span(entry), ticket, kind) if each)
    words = " · ".join(each for each in (hours(one.seconds), entry.text) if each)
    return option(words, str(entry.number), description=details)


def _sum(marks: _Marks, rows: Sequence[Shown]) -> Block:
    """Draw the last page: what is approved, what is rejected and why."""
    rejected = [one for one in rows if one.entry.number in marks.reasons]
    words = started(_sum_words(rows, set(marks.reasons), verbs=("approve", "reject")))
    blocks: list[Block] = [header(words)]
    lines = [_rejected_line(one, marks.reasons[one.entry.number]) for one in rejected]
    listed_ones = lines[:_MOST_LISTED]
    blocks += [section("\n".join(listed_ones[at : at + 5])) for at in range(0, len(listed_ones), 5)]
    if len(lines) > _MOST_LISTED:
        blocks.append(context(f"… and {len(lines) - _MOST_LISTED} more"))
    told = ["Both happen at once."] if 0 < len(rejected) < len(rows) else []
    blocks.append(context(" ".join([*told, "The author is told."])))
    return modal(
        Form.EXCEPTIONS,
        _TITLE,
        blocks,
        submit=f"Settle {counted(len(rows), 'entry', 'entries')}",
        close="Cancel",
        kept=marks.kept(),
    )


def _sum_words(rows: Sequence[Shown], rejected: set[int], *, verbs: tuple[str, str]) -> str:
    """Say how many entries are approved and how many rejected, in the verbs' own tense."""
    back = [one for one in rows if one.entry.number in rejected]
    yes = [one for one in rows if one.entry.number not in rejected]
    parts = [
        f"{verb} {counted(len(some), 'entry', 'entries')}"
        f" ({hours(sum(one.seconds for one in some))})"
        for verb, some in zip(verbs, (yes, back), strict=True)
        if some
    ]
    return " and ".join(parts)


def _rejected_line(one: Shown, reason: str) -> str:
    day = weekday_words(one.entry.worked_on)
    text = escape(one.entry.text)
    what = listed([f"{hours(one.seconds)} {place_words(one)}, {day}"])
    return f"• Reject {what}{f' · {text}' if text else ''}\n   _{escape(reason)}_"


def _read(asked: Asked) -> _Marks:
    value = asked.delivery.value
    reasons: dict[int, str] = {}
    for line in value.get("no", "").split("\n"):
        numbers, _, reason = line.partition(" ")
        reasons |= {int(each): reason for each in numbers.split(",") if each.isdecimal()}
    submission = get_submission(asked, value.get("submission", ""))
    return _Marks(submission.id, value.get("digest", ""), int(value.get("page", "0")), reasons)


def _said_on_page(asked: Asked, page: int) -> dict[int, str]:
    """Return what was unticked on a page that was drawn of older hours, with what was written."""
    state = asked.delivery.state
    unticked: set[int] = set()
    for block_id, chosen in state.items():
        if block_id.startswith(_groups_of(page)):
            unticked |= _numbers(block_id.rpartition(".")[2]) - _numbers(chosen or "")
    return dict.fromkeys(sorted(unticked), " ".join((state.get(_reason_id(page)) or "").split()))


def _group_id(marks: _Marks, entries: Sequence[Shown]) -> str:
    """Name boxes by what they show: Slack keeps the ticks of a block that keeps its name.

    https://docs.slack.dev/reference/methods/views.update
    """
    numbers = ",".join(str(one.entry.number) for one in entries)
    return f"{_groups_of(marks.page)}{marks.digest[:8]}.{numbers}"


def _groups_of(page: int) -> str:
    return f"page{page}."


def _numbers(joined: str) -> set[int]:
    return {int(each) for each in joined.split(",") if each.isdecimal()}


def _reason_id(page: int) -> str:
    return f"reason{page}"


ACTIONS: Mapping[str, Feature] = {Act.EXCEPTIONS_FORM: open_exceptions}
FORMS: Mapping[str, Feature] = {Form.EXCEPTIONS: turn_page}
