"""Routes of the billing side: every button, modal and list of names with its feature."""

from collections.abc import Mapping

from timebot.slack import (
    billing_command,
    billing_notices,
    books_notice,
    card_command,
    cards_to_ask,
    client_choices,
    client_command,
    client_form,
    dispute_notice,
    invoice_actions,
    invoice_card,
    invoice_credit,
    invoice_mending,
    project_command,
    project_form,
    rate_command,
    refund_notice,
    rerate_command,
    role_command,
    rounding_command,
    routing_command,
    run_actions,
    run_card,
    settings_form,
    why_command,
)
from timebot.slack.desk import Card, Feature, Notice, Options

BILLING_ACTIONS: Mapping[str, Feature] = {
    **billing_command.ACTIONS,
    **books_notice.ACTIONS,
    **card_command.ACTIONS,
    **client_command.ACTIONS,
    **client_form.ACTIONS,
    **invoice_actions.ACTIONS,
    **invoice_credit.ACTIONS,
    **invoice_mending.ACTIONS,
    **project_command.ACTIONS,
    **project_form.ACTIONS,
    **rate_command.ACTIONS,
    **rerate_command.ACTIONS,
    **role_command.ACTIONS,
    **rounding_command.ACTIONS,
    **routing_command.ACTIONS,
    **run_actions.ACTIONS,
    **settings_form.ACTIONS,
    **why_command.ACTIONS,
}
BILLING_FORMS: Mapping[str, Feature] = {
    **client_form.FORMS,
    **invoice_actions.FORMS,
    **invoice_credit.FORMS,
    **invoice_mending.FORMS,
    **project_form.FORMS,
    **rate_command.FORMS,
    **role_command.FORMS,
    **routing_command.FORMS,
    **run_actions.FORMS,
    **settings_form.FORMS,
}
BILLING_OPTIONS: Mapping[str, Options] = {**client_choices.OPTIONS}
BILLING_CARDS: Mapping[str, Card] = {
    **run_card.CARDS,
    **invoice_card.CARDS,
    **cards_to_ask.CARDS,
    **dispute_notice.CARDS,
}
BILLING_NOTICES: Mapping[str, Notice] = {
    **billing_notices.NOTICES,
    **books_notice.NOTICES,
    **dispute_notice.NOTICES,
    **refund_notice.NOTICES,
}
