"""Rounding: a client's last invoices under other rules, what each adds, which drafts would wait."""

from collections.abc import Mapping, Sequence

from timebot.billing.rounding_choices import Choice, RoundingChoices, compare_rounding
from timebot.billing.uplift import Uplift
from timebot.clients.catalogue import list_clients
from timebot.clients.models import Client
from timebot.locales import money_words
from timebot.money import Money
from timebot.slack.answer import Answer
from timebot.slack.billing_words import whole_client
from timebot.slack.blocks import (
    Block,
    actions,
    button,
    context,
    cut,
    escape,
    header,
    section,
    type_ahead,
)
from timebot.slack.client_choices import client_at
from timebot.slack.desk import Asked, Feature
from timebot.slack.ids import Act
from timebot.slack.text_table import clock_words, text_table
from timebot.slack.time_words import hours
from timebot.slack.words import isolated, listed, started
from timebot.team.days import day_in_words
from timebot.team.rights import require

_NAMED = 3
_SPOKEN = 3_500
_LEGEND = (
    "Uplift is what rounding adds to the time worked, rounded up. Net is without tax, at the rates"
    " of the invoices. Time given away has no part. Rules stand here as you can write them into the"
    " billing terms; none is to the nearest minute."
)

Row = list[str]
Table = tuple[str, list[Row]]
"""A caption, and the rows below it."""


def rounding_typed(asked: Asked, text: str) -> Answer:
    """Compare the last invoices of the client that was typed, or ask for one."""
    require(asked.session, asked.member, "billing", to="compare rounding", now=asked.now)
    return _compare(asked, whole_client(asked, text)) if text.strip() else _ask(asked)


def rounding_clicked(asked: Asked) -> Answer:
    """Compare the last invoices of the client that was chosen, or named by a button."""
    require(asked.session, asked.member, "billing", to="compare rounding", now=asked.now)
    chosen = asked.delivery.chosen or asked.delivery.value.get("client")
    return _compare(asked, client_at(asked, chosen))


def _ask(asked: Asked) -> Answer:
    if not list_clients(asked.session, workspace_id=asked.workspace.id):
        sentence = "There are no clients yet, so there is no invoice to compare."
        add = button("Add a client", Act.CLIENT_ADD_FORM, style="primary")
        return Answer(text=sentence, blocks=[section(sentence), actions(add)])
    sentence = "Whose last invoices do you want to see under other rounding rules?"
    example = f"{asked.desk.billing_command} rounding Acme"
    pick = type_ahead(Act.ROUNDING_FIND, placeholder="Choose a client")
    return Answer(
        text=f"{sentence} Example: {example}",
        blocks=[section(sentence), actions(pick), context(f"Example: `{example}`")],
    )


def _compare(asked: Asked, client: Client) -> Answer:
    found = compare_rounding(asked.session, workspace=asked.workspace, client=client)
    title, now = f"Rounding for {client.name}", _now(found)
    blocks: list[Block] = [header(title)]
    blocks.append(section("\n".join(f"*{label}:* {escape(words)}" for label, words in now)))
    spoken = [f"{title}.", *(f"{label}: {words}" for label, words in now)]
    head = ["Rule", "Billed", "Uplift", "Net"]
    for caption, rows in _tables(found, asked.workspace.locale):
        heads = [*head, "Draft"] if any(row[-1] for row in rows) else head
        blocks.append(section(f"*{escape(caption)}*"))
        blocks += text_table(heads, [row[: len(heads)] for row in rows])
        spoken += [
            f"{caption}.",
            *(f"{row[0]}: {', '.join(filter(None, row[1:]))}" for row in rows),
        ]
    if found.invoices:
        blocks.append(context(_LEGEND))
        spoken += [f"Columns: {', '.join([*head, 'Draft'])}.", _LEGEND]
    blocks.append(_doors(client))
    return Answer(text=cut(escape("\n".join(spoken)), _SPOKEN), blocks=blocks)


def _now(found: RoundingChoices) -> list[tuple[str, str]]:
    """Return what counts today, each with its label: the rule, the ceiling, what is compared."""
    rule = f"{started(found.rule_now.words)}."
    if found.own_rules:
        names = listed([isolated(name) for name in found.own_rules], most=_NAMED)
        one = len(found.own_rules) == 1
        rule += f" {names} {'has a rule of its' if one else 'have rules of their'} own."
    ceiling = found.ceiling_percent
    limit = "no limit" if ceiling is None else f"{ceiling}%; a draft over it waits for you"
    lines = [
        ("Now", rule),
        ("Most that rounding may add", f"{limit}. Set it in the billing terms."),
    ]
    if not found.invoices:
        lines.append(("Invoices", "none to compare yet; cancelled ones do not count."))
    return lines


def _tables(found: RoundingChoices, locale: str) -> list[Table]:
    """Return the table of all invoices together, then one of each where there are several."""
    count = len(found.invoices)
    each = [_of_invoice(found, place, locale) for place in range(count)]
    if count < 2:
        return each
    seconds = sum(invoice.seconds for invoice in found.invoices)
    caption = f"The last {count} invoices together, {hours(seconds)} worked"
    rows = []
    for choice in found.choices:
        waits = f"{choice.parked} of {count} would wait" if choice.parked else ""
        rows.append(_row(choice, choice.uplift, _sums(choice.totals, locale), waits))
    return [(caption, rows), *each]


def _of_invoice(found: RoundingChoices, place: int, locale: str) -> Table:
    """Return the table of the invoice at a place."""
    invoice = found.invoices[place]
    caption = (
        f"{invoice.number} of {day_in_words(invoice.issued_on)}, {hours(invoice.seconds)} worked"
    )
    if invoice.is_credited_in_part:
        caption += ", as issued (a part was credited since)"
    rows = []
    for choice in found.choices:
        result = choice.results[place]
        waits = "would wait" if result.is_parked else ""
        rows.append(_row(choice, result.uplift, money_words(result.amount, locale), waits))
    return caption, rows


def _row(choice: Choice, uplift: Uplift, net: str, waits: str) -> Row:
    label = f"{choice.label} (now)" if choice.is_now else choice.label
    return [label, clock_words(uplift.minutes), uplift.words, net, waits]


def _sums(amounts: Sequence[Money], locale: str) -> str:
    return " + ".join(money_words(each, locale) for each in amounts)


def _doors(client: Client) -> Block:
    value = {"client": client.id}
    return actions(
        button("Billing terms", Act.CLIENT_TERMS_FORM, value, style="primary"),
        button("Show client", Act.CLIENT_SHOW, value),
    )


ACTIONS: Mapping[str, Feature] = {
    Act.ROUNDING_SHOW: rounding_clicked,
    Act.ROUNDING_FIND: rounding_clicked,
}
