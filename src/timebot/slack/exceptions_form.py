"""The form of approving with exceptions: its pages and its sum, and what is ticked in them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from uuid import UUID

from timebot.slack.blocks import (
    Block,
    actions,
    button,
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
from timebot.slack.ids import Act, Form
from timebot.slack.time_words import KIND_WORDS, hours, place_words, span
from timebot.slack.words import counted, started, weekday_words
from timebot.timekeeping.overview import Shown

PER_PAGE = 20
"""How many entries one page shows."""

LONGEST_REASON = 200
"""In characters; the modal keeps reasons until its last page."""

TITLE = "Approve with exceptions"
_BOXES = 10
_MOST_LISTED = 25

State = Mapping[str, str | None]


@dataclass(frozen=True)
class Marks:
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

    def with_page(self, state: State, reason: str, *, shown: Iterable[int] = ()) -> "Marks":
        """Return the marks with what is unticked on the open page.

        Args:
            state: the fields of the open page.
            reason: why it is unticked.
            shown: the entries that the page shows, as far as they are known.
        """
        boxes = {
            number: chosen or ""
            for block_id, chosen in state.items()
            if block_id.startswith(_boxes_of(self.page))
            for number in _numbers(block_id.rpartition(".")[2])
        }
        # Boxes that Slack says nothing of stand as they were drawn.
        drawn = {*self.reasons} & {*shown} - {*boxes}
        unticked = {number for number, chosen in boxes.items() if number not in _numbers(chosen)}
        here = dict.fromkeys(sorted(unticked | drawn), reason)
        others = {n: why for n, why in self.reasons.items() if n not in {*boxes, *drawn}}
        return replace(self, reasons={**others, **here})


def read_marks(value: Mapping[str, str], submission_id: UUID) -> Marks:
    """Read what the modal carries."""
    reasons: dict[int, str] = {}
    for line in value.get("no", "").split("\n"):
        numbers, _, reason = line.partition(" ")
        reasons |= dict.fromkeys(sorted(_numbers(numbers)), reason)
    return Marks(submission_id, value.get("digest", ""), int(value.get("page", "0")), reasons)


def pages(rows: Sequence[Shown]) -> int:
    """Return how many pages there are before the sum."""
    return -(-len(rows) // PER_PAGE)


def on_page(rows: Sequence[Shown], page: int) -> Sequence[Shown]:
    """Return the entries of one page."""
    return rows[page * PER_PAGE : (page + 1) * PER_PAGE]


def place_in_order(one: Shown) -> tuple[str, str, str]:
    """Return where an entry stands among the pages: by day and project."""
    return one.entry.worked_on.isoformat(), one.client or "", one.project or ""


def draw_page(
    marks: Marks, rows: Sequence[Shown], *, author: str, above: Sequence[Block] = ()
) -> Block:
    """Draw one page: a box per entry, grouped by day and project, and one reason."""
    shown = on_page(rows, marks.page)
    blocks: list[Block] = [*above, section(_page_words(marks, rows, author))]
    for _, found in groupby(shown, key=place_in_order):
        entries = list(found)
        blocks.append(section(_group_words(entries)))
        parts = (entries[at : at + _BOXES] for at in range(0, len(entries), _BOXES))
        blocks += [_boxes(part, marks) for part in parts]
    numbers = [one.entry.number for one in shown]
    reasons = [marks.reasons[number] for number in numbers if marks.reasons.get(number)]
    reason = text_field(initial=reasons[0] if reasons else "", placeholder="What should change?")
    reason["max_length"] = LONGEST_REASON
    blocks.append(
        input_field(
            reason_id(marks.page),
            "Why are the unticked ones rejected?",
            reason,
            optional=True,
            hint="The author reads this.",
        )
    )
    return modal(
        Form.EXCEPTIONS,
        TITLE,
        [*blocks, *_back(marks, rows)],
        submit="Next",
        close="Cancel",
        kept=marks.kept(),
    )


def draw_sum(marks: Marks, rows: Sequence[Shown]) -> Block:
    """Draw the last page: what is approved, what is rejected and why."""
    rejected = [one for one in rows if one.entry.number in marks.reasons]
    words = started(sum_words(rows, set(marks.reasons), verbs=("approve", "reject")))
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
        TITLE,
        [*blocks, *_back(marks, rows)],
        submit=f"Settle {counted(len(rows), 'entry', 'entries')}",
        close="Cancel",
        kept=marks.kept(),
    )


def sum_words(rows: Sequence[Shown], rejected: set[int], *, verbs: tuple[str, str]) -> str:
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


def reason_id(page: int) -> str:
    """Return the block id of a page's reason."""
    return f"reason{page}"


def _page_words(marks: Marks, rows: Sequence[Shown], author: str) -> str:
    total = hours(sum(one.seconds for one in rows))
    where = f" · page {marks.page + 1} of {pages(rows)}" if pages(rows) > 1 else ""
    return (
        f"*{escape(author)}*  {total} in {counted(len(rows), 'entry', 'entries')}{where}\n"
        "Untick what you reject. Nothing is settled before the last page."
    )


def _group_words(entries: Sequence[Shown]) -> str:
    total = hours(sum(one.seconds for one in entries))
    day = weekday_words(entries[0].entry.worked_on)
    return f"*{day}* · {place_words(entries[0])} · {total}"


def _boxes(entries: Sequence[Shown], marks: Marks) -> Block:
    """Draw the boxes of a group; an input could not be submitted without any tick."""
    options = [_option(one) for one in entries]
    ticked = [
        each
        for each, one in zip(options, entries, strict=True)
        if one.entry.number not in marks.reasons
    ]
    boxes = checkboxes(options, chosen=ticked, name=Act.EXCEPTIONS_TICK)
    return actions(boxes, block_id=_boxes_id(marks, entries))


def _option(one: Shown) -> Block:
    entry = one.entry
    kind = KIND_WORDS[entry.billable] if entry.billable != "billable" else ""
    ticket = f"#{entry.ticket_ref}" if entry.ticket_ref else ""
    details = " · ".join(each for each in (span(entry), ticket, kind) if each)
    words = " · ".join(each for each in (hours(one.seconds), entry.text) if each)
    return option(words, str(entry.number), description=details)


def _back(marks: Marks, rows: Sequence[Shown]) -> list[Block]:
    """Return the button that leads to the page before; the first page has none before it."""
    if not marks.page:
        return []
    label = f"Back to page {marks.page}" if pages(rows) > 1 else "Back"
    return [actions(button(label, Act.EXCEPTIONS_BACK))]


def _rejected_line(one: Shown, reason: str) -> str:
    day = weekday_words(one.entry.worked_on)
    text = escape(one.entry.text)
    what = f"{hours(one.seconds)} {place_words(one)}, {day}"
    return f"• Reject {what}{f' · {text}' if text else ''}\n   _{escape(reason)}_"


def _boxes_id(marks: Marks, entries: Sequence[Shown]) -> str:
    """Name boxes by what they show: Slack keeps the ticks of a block that keeps its name.

    https://docs.slack.dev/reference/methods/views.update
    """
    numbers = ",".join(str(one.entry.number) for one in entries)
    return f"{_boxes_of(marks.page)}{marks.digest[:8]}.{numbers}"


def _boxes_of(page: int) -> str:
    return f"page{page}."


def _numbers(joined: str) -> set[int]:
    return {int(each) for each in joined.split(",") if each.isdecimal()}
