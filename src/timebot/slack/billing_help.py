"""Help of the billing command: one table of its words, read by help, errors and the usage hint."""

from rapidfuzz import fuzz, process

from timebot.slack.answer import Answer
from timebot.slack.blocks import actions, button, context, escape, header, section
from timebot.slack.help import Verb
from timebot.slack.ids import Act
from timebot.team.models import ROLES

WORDS = (
    Verb(
        "client",
        "[add <name> <e-mail> <rate> [currency] | edit <name> | archive <name> | <name>]",
        "Lists, adds, shows, edits or archives clients.",
        "client add Acme billing@acme.example 95 EUR",
        ("clients",),
        role="billing",
    ),
    Verb(
        "project",
        "[add <client> <name> [rate] [budget 40h or budget 5000] | <state> <name> | <name>]",
        "Lists, adds or changes projects; states are active, paused, completed and archived.",
        "project add Acme Website 110 budget 40h",
        ("projects",),
        role="billing",
    ),
    Verb(
        "rate",
        "<client, project or @person [on project]> <amount> [currency] [from 2026-12-01]",
        "Sets what an hour costs; time already recorded keeps its rate.",
        "rate @ana on Acme Website 120",
        ("rates",),
        role="billing",
    ),
    Verb(
        "rerate",
        "<client or project> [from 2026-12-01]",
        "Shows what new rates would change on unbilled hours, then changes them.",
        "rerate Acme from 2026-12-01",
        role="billing",
    ),
    Verb(
        "card",
        "[client]",
        "Gives the link by which the client puts a card on file; alone, lists whom to ask.",
        "card Acme",
        role="billing",
    ),
    Verb(
        "role",
        "@person <member, approver, billing or owner>",
        "Says what a person may do.",
        "role @ana approver",
        ("roles",),
        role="billing",
    ),
    Verb(
        "preview",
        "[client]",
        "Shows what a run would bill now, what it would leave out, and why.",
        "preview Acme",
        role="billing",
    ),
    Verb(
        "run",
        "[client]",
        "Opens an invoice run now.",
        "run",
        role="billing",
    ),
    Verb(
        "release",
        "<client>",
        "Issues the client's draft after a look at it.",
        "release Acme",
        role="billing",
    ),
    Verb(
        "hold", "<client>", "Keeps the client's draft out of this run.", "hold Acme", role="billing"
    ),
    Verb(
        "unhold", "<client>", "Lifts the hold on the client's draft.", "unhold Acme", role="billing"
    ),
    Verb(
        "invoices",
        "[client]",
        "Lists invoices, unsettled ones first.",
        "invoices Acme",
        role="billing",
    ),
    Verb(
        "invoice",
        "<number>",
        "Shows one invoice: PDF, why, charge again, send, mark paid, credit, cancel.",
        "invoice INV-2026-0001",
        role="billing",
    ),
    Verb(
        "report",
        "[client, project or member] [this month, last month or 2026-10-01..2026-10-31]",
        "Shows hours, and money to billing people.",
        "report client last month",
        ("reports",),
    ),
    Verb(
        "rounding",
        "[client]",
        "Shows the last invoices of a client under other rounding rules, and what each adds.",
        "rounding Acme",
        role="billing",
    ),
    Verb(
        "approvers",
        "[client or project]",
        "Shows and sets who approves the hours of a client or project, with a substitute.",
        "approvers Acme Website",
        ("approver", "routes"),
        role="billing",
    ),
    Verb(
        "open",
        "[a day of the period] [reason]",
        "Opens a locked billing period again for some days, so that time in it can be corrected.",
        "open 2026-03-02 Acme sent its corrections late",
        role="billing",
    ),
    Verb(
        "settings",
        "[name and value]",
        "Shows and changes seller, currency, zone, periods, rounding, invoices and their annex.",
        "settings zone Europe/Berlin",
        ("setting",),
        role="billing",
    ),
    Verb(
        "holidays",
        "[2026-12-25 Christmas; 2027-01-01 New Year]",
        "Shows or sets the firm's holidays; runs, questions and reminders leave them out.",
        "holidays 2026-12-25 Christmas; 2027-01-01 New Year",
        ("holiday",),
        role="billing",
    ),
    Verb("help", "[word]", "Shows this, or one word in detail.", "help report"),
)
"""Every word, in the order in which help lists them."""

_BY_WORD = {word: verb for verb in WORDS for word in (verb.name, *verb.aliases)}
_EXAMPLES = ("preview", "invoices", "help")
_SHORT = ("client", "project", "rate", "preview", "run", "invoices", "report", "settings", "help")


def find_word(word: str) -> Verb | None:
    """Return the entry of the table that a typed word names, whatever its case, or None."""
    return _BY_WORD.get(word.casefold())


def billing_hint() -> str:
    """Return the hint that Slack shows behind the command while somebody types it."""
    return " | ".join(_SHORT)


def draw_billing_help(command: str, word: str = "", *, role: str = "owner") -> Answer:
    """Show one word in detail, or the list of all that the role may do."""
    verb = find_word(word) if word else None
    if verb is not None:
        return _one(command, verb)
    own = words_of(role)
    lines = [f"`{command} {each.name}` {each.sentence}" for each in own]
    if _has_panel(role):
        lines.insert(0, f"`{command}` alone opens the panel.")
        ends = [context(f"More about one word: `{command} help rate`"), actions(_panel_button())]
    else:
        lines.append("All else is for billing people and owners.")
        ends = []
    return Answer(
        text="\n".join(lines).replace("`", ""),
        blocks=[
            header(f"What {command} can do"),
            section("\n".join(lines[:9])),
            *([section("\n".join(lines[9:]))] if lines[9:] else []),
            *ends,
        ],
    )


def draw_unknown_word(command: str, word: str, *, role: str) -> Answer:
    """Say what was read, the nearest word and some examples, of what the role may do."""
    own = words_of(role)
    known = [each for verb in own for each in (verb.name, *verb.aliases)]
    near = process.extractOne(word.casefold(), known, scorer=fuzz.ratio, score_cutoff=60)
    nearest = _BY_WORD[near[0]] if near else None
    meant = f" Did you mean {nearest.name}?" if nearest else ""
    sentence = f"I do not know {escape(word[:40])} as a word of {command}.{meant}"
    shown = [nearest or own[0], *(verb for verb in own if verb.name in _EXAMPLES)]
    examples = list(dict.fromkeys(f"{command} {verb.example}" for verb in shown))
    help_button = button("Help", Act.BILLING_DO, {"text": "help"}, key="help")
    return Answer(
        text=f"{sentence} Nothing was changed. Examples: {'; '.join(examples)}",
        blocks=[
            section(f"{sentence} Nothing was changed."),
            context("Examples: " + "  ".join(f"`{each}`" for each in examples)),
            actions(help_button, *([_panel_button()] if _has_panel(role) else [])),
        ],
    )


def words_of(role: str) -> list[Verb]:
    """List the words of which the role may do something."""
    return [verb for verb in WORDS if ROLES.index(role) >= ROLES.index(verb.role)]


def _has_panel(role: str) -> bool:
    return ROLES.index(role) >= ROLES.index("billing")


def _one(command: str, verb: Verb) -> Answer:
    usage = f"{command} {verb.name} {verb.usage}".strip()
    lines = [verb.sentence, f"Write: {usage}", f"Example: {command} {verb.example}"]
    return Answer(
        text=escape("\n".join(lines)),
        blocks=[
            section(f"*{command} {verb.name}*\n{verb.sentence}"),
            section(f"`{escape(usage)}`\nExample: `{command} {verb.example}`"),
            actions(button("All words", Act.BILLING_DO, {"text": "help"}, key="help")),
        ],
    )


def _panel_button() -> dict[str, object]:
    return button("Open the panel", Act.BILLING_DO, {"text": ""}, key="panel")
