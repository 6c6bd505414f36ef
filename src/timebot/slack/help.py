"""Help: one table of the verbs of the timer command, read by help, errors and the usage hint."""

from dataclasses import dataclass
from difflib import get_close_matches

from timebot.clients.lookup import PlaceUnclear, find_place
from timebot.errors import NotAllowed, Refusal
from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, actions, button, context, escape, header, section
from timebot.slack.desk import Asked
from timebot.slack.ids import Act
from timebot.team.models import ROLES
from timebot.team.rights import require


@dataclass(frozen=True)
class Verb:
    """One verb of the timer command.

    Attributes:
        name: as it is typed.
        usage: what may follow it.
        sentence: what it does.
        example: one correct example, without the command's name.
        aliases: other words for it.
        role: the least role that may do it; the list shows it to nobody else.
    """

    name: str
    usage: str
    sentence: str
    example: str
    aliases: tuple[str, ...] = ()
    role: str = "member"


VERBS = (
    Verb(
        "start",
        "[client or project] [text] [@9:15 or @-20m] [#ABC-123] [nb or nc]",
        "Starts a timer; nb means internal, nc no charge.",
        "start Acme logo first sketches",
        ("on", "go"),
    ),
    Verb("stop", "[at 17:30] [text]", "Stops your timer.", "stop at 17:30", ("off",)),
    Verb(
        "switch",
        "<client or project> [text]",
        "Stops your timer and starts another one.",
        "switch Acme website",
    ),
    Verb("resume", "", "Starts your last entry again as a new timer.", "resume"),
    Verb(
        "add",
        "<1h30m, 1:30, 90m, 1.5h or 9:00-10:30> <client or project> [text] [yesterday or a date]"
        " [for @person]",
        "Adds time that you worked without a timer; approvers add it for others.",
        "add 1h30m Acme logo yesterday",
        ("log",),
    ),
    Verb("status", "", "Shows what is running and your day so far.", "status"),
    Verb(
        "today",
        "[yesterday, mon or a date]",
        "Lists today's entries, or those of another day.",
        "today yesterday",
    ),
    Verb(
        "week",
        "[last]",
        "Shows your week by day and project; each day opens its entries.",
        "week last",
    ),
    Verb(
        "edit",
        "[number, or a day, or @person and a day]",
        "Opens an entry to change it, or lists a day of yours; for approvers a day of somebody"
        " else, to correct it.",
        "edit 12",
    ),
    Verb(
        "delete",
        "[number]",
        "Deletes an entry; for 30 days it can be restored.",
        "delete 12",
    ),
    Verb("undo", "", "Takes back your last change, for 15 minutes.", "undo"),
    Verb(
        "split",
        "[number] <time>",
        "Splits an entry in two at that time.",
        "split 12 10:30",
    ),
    Verb(
        "submit",
        "[today, week, period or a date]",
        "Hands your hours in for approval.",
        "submit week",
    ),
    Verb("withdraw", "[number]", "Takes back what waits for approval.", "withdraw 12"),
    Verb(
        "approve",
        "",
        "Lists what waits for your approval, and what you approved lately.",
        "approve",
        role="approver",
    ),
    Verb(
        "why",
        "<invoice number> [line]",
        "Shows how a line of an invoice came to be: hours, changes, approval, rounding, rate.",
        "why INV-2026-0001 1",
    ),
    Verb(
        "link",
        "[client, project or off]",
        "Shows or sets what this channel's time is for, so that the name may be left out.",
        "link Acme logo",
    ),
    Verb(
        "settings",
        "",
        "Opens your working days and hours, days off, questions and reminders.",
        "settings",
        ("my",),
    ),
    Verb("help", "[verb]", "Shows this, or one verb in detail.", "help add"),
)
"""Every verb, in the order in which help lists them."""

_BY_WORD = {word: verb for verb in VERBS for word in (verb.name, *verb.aliases)}
_SHORT = ("start", "stop", "switch", "add", "today", "week", "submit", "help")


def find_verb(word: str) -> Verb | None:
    """Return the verb that a word names, whatever its case, or None."""
    return _BY_WORD.get(word.casefold())


def usage_hint() -> str:
    """Return the hint that Slack shows behind the command while somebody types it."""
    return " | ".join(_SHORT)


def help_typed(asked: Asked, word: str) -> Answer:
    """Show the person what they may do here: one verb in detail, or the list."""
    try:
        require(asked.session, asked.member, "member", to="track time", now=asked.now)
    except NotAllowed as refused:
        # Asking for help is no attempt at anything, so it does not go into the audit.
        return Answer(text=escape(refused.sentence))
    return draw_help(asked.desk.command, word, role=asked.member.role)


def draw_help(command: str, word: str = "", *, role: str = "owner") -> Answer:
    """Show one verb in detail, or the list of all that the role may do."""
    verb = find_verb(word) if word else None
    if verb is not None:
        return _one(command, verb)
    own = [verb for verb in VERBS if ROLES.index(role) >= ROLES.index(verb.role)]
    lines = [f"`{command} {verb.name}` {verb.sentence}" for verb in own]
    unknown = f"There is no verb {escape(word)}. " if word else ""
    blocks = [
        header(f"What {command} can do"),
        *([section(unknown.strip())] if unknown else []),
        section(f"`{command}` alone opens your panel.\n" + "\n".join(lines[:8])),
        section("\n".join(lines[8:])),
        context(f"More about one verb: `{command} help add`"),
        actions(*_doors()),
    ]
    text = f"{unknown}{command} alone opens your panel.\n" + "\n".join(lines).replace("`", "")
    return Answer(text=text, blocks=blocks)


def draw_unknown_verb(asked: Asked, word: str, rest: str) -> Answer:
    """Say what was read, the nearest verb and some examples; a click does what was likely meant."""
    command = asked.desk.command
    near = get_close_matches(word.casefold(), [*_BY_WORD], n=1, cutoff=0.6)
    nearest = _BY_WORD[near[0]] if near else None
    meant = f" Did you mean {nearest.name}?" if nearest else ""
    sentence = f"I do not know the verb {escape(word[:40])}.{meant}"
    examples = (
        [nearest, *map(find_verb, ("start", "add"))]
        if nearest
        else [find_verb(each) for each in ("start", "add", "stop")]
    )
    shown = dict.fromkeys(f"{command} {verb.example}" for verb in examples if verb)
    return Answer(
        text=f"{sentence} Nothing was changed. Examples: {'; '.join(shown)}",
        blocks=[
            section(f"{sentence} Nothing was changed."),
            context("Examples: " + "  ".join(f"`{each}`" for each in shown)),
            actions(*_meant(asked, word, rest, nearest), button("Help", Act.TIMER_HELP)),
        ],
    )


def _meant(asked: Asked, word: str, rest: str, nearest: Verb | None) -> list[Block]:
    """Return the button that does what was likely meant: the nearest verb, or a start."""
    text, label = f"{word} {rest}".strip(), ""
    if nearest is not None:
        text, label = f"{nearest.name} {rest}".strip(), f"Yes, {nearest.name}"
    elif _is_place(asked, text):
        text, label = f"start {text}", "Start it"
    if not label:
        return []
    value = {"command": asked.desk.command, "text": text}
    try:
        return [button(label, Act.TYPE_AGAIN, value, style="primary")]
    except ValueError:
        # A line that is too long to be carried by a button has to be typed again.
        return []


def _is_place(asked: Asked, words: str) -> bool:
    """Tell whether somebody just named what they work on, and forgot the verb."""
    try:
        find_place(asked.session, workspace_id=asked.workspace.id, words=words, takes_time=True)
    except PlaceUnclear:
        return True
    except Refusal:
        return False
    return True


def show_help(asked: Asked) -> Answer:
    """Show the list of verbs, from a button."""
    return help_typed(asked, asked.delivery.value.get("verb", ""))


def _one(command: str, verb: Verb) -> Answer:
    usage = f"{command} {verb.name} {verb.usage}".strip()
    also = f"Also: {', '.join(verb.aliases)}" if verb.aliases else ""
    lines = [verb.sentence, f"Write: {usage}", f"Example: {command} {verb.example}", also]
    blocks: list[Block] = [
        section(f"*{command} {verb.name}*\n{verb.sentence}"),
        section(f"`{escape(usage)}`\nExample: `{command} {verb.example}`"),
    ]
    if also:
        blocks.append(context(also))
    text = escape("\n".join(line for line in lines if line))
    return Answer(text=text, blocks=[*blocks, actions(button("All verbs", Act.TIMER_HELP))])


def _doors() -> list[Block]:
    return [
        button("Start a timer", Act.TIMER_START_FORM, style="primary"),
        button("Add time", Act.ENTRY_ADD_FORM),
        button("Today", Act.TIMER_TODAY),
    ]
