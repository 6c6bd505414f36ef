"""Every address of the API that is played, with the parameters it takes."""

from collections.abc import Callable
from dataclasses import dataclass

from werkzeug.routing import Map, Rule

from timebot.playground.store import Document
from timebot.playground.stripe import (
    balance,
    card_setup,
    credit_notes,
    customers,
    disputes,
    event_log,
    invoices,
    lines,
    paying,
    payment_methods,
    refunds,
    searching,
    tax_rates,
)
from timebot.playground.stripe.account import Account, Call

Handler = Callable[[Account, Call], Document]


@dataclass(frozen=True)
class Route:
    """What answers an address.

    Attributes:
        parameters: the SDK's module that lists its parameters.
        handler: what it does.
    """

    parameters: str
    handler: Handler


_TABLE: tuple[tuple[str, str, str, Handler], ...] = (
    ("POST", "customers", "customer_create", customers.create),
    ("GET", "customers", "customer_list", customers.list_all),
    ("GET", "customers/search", "customer_search", searching.customers),
    ("GET", "customers/<id>", "customer_retrieve", customers.retrieve),
    ("POST", "customers/<id>", "customer_update", customers.update),
    ("DELETE", "customers/<id>", "customer_delete", customers.delete),
    (
        "GET",
        "customers/<id>/payment_methods",
        "customer_payment_method_list",
        payment_methods.list_all,
    ),
    ("POST", "payment_methods", "payment_method_create", payment_methods.create),
    ("GET", "payment_methods", "payment_method_list", payment_methods.list_all),
    ("GET", "payment_methods/<id>", "payment_method_retrieve", payment_methods.retrieve),
    ("POST", "payment_methods/<id>", "payment_method_update", payment_methods.update),
    ("POST", "payment_methods/<id>/attach", "payment_method_attach", payment_methods.attach),
    ("POST", "payment_methods/<id>/detach", "payment_method_detach", payment_methods.detach),
    ("GET", "setup_intents/<id>", "setup_intent_retrieve", card_setup.retrieve_intent),
    ("POST", "checkout/sessions", "checkout/session_create", card_setup.create_session),
    ("GET", "checkout/sessions", "checkout/session_list", card_setup.list_sessions),
    ("GET", "checkout/sessions/<id>", "checkout/session_retrieve", card_setup.retrieve_session),
    (
        "POST",
        "checkout/sessions/<id>/expire",
        "checkout/session_expire",
        card_setup.expire_session,
    ),
    (
        "POST",
        "billing_portal/sessions",
        "billing_portal/session_create",
        card_setup.create_portal,
    ),
    ("POST", "invoices", "invoice_create", invoices.create),
    ("GET", "invoices", "invoice_list", invoices.list_all),
    ("GET", "invoices/search", "invoice_search", searching.invoices),
    ("GET", "invoices/<id>", "invoice_retrieve", invoices.retrieve),
    ("POST", "invoices/<id>", "invoice_update", invoices.update),
    ("DELETE", "invoices/<id>", "invoice_delete", invoices.delete),
    ("GET", "invoices/<id>/lines", "invoice_line_item_list", lines.list_lines),
    ("POST", "invoices/<id>/add_lines", "invoice_add_lines", lines.add_lines),
    ("POST", "invoices/<id>/finalize", "invoice_finalize_invoice", invoices.finalize),
    ("POST", "invoices/<id>/pay", "invoice_pay", paying.pay),
    ("POST", "invoices/<id>/send", "invoice_send_invoice", invoices.send),
    ("POST", "invoices/<id>/void", "invoice_void_invoice", invoices.void),
    (
        "POST",
        "invoices/<id>/mark_uncollectible",
        "invoice_mark_uncollectible",
        invoices.mark_uncollectible,
    ),
    ("POST", "invoiceitems", "invoice_item_create", lines.create_item),
    ("GET", "invoice_payments", "invoice_payment_list", paying.list_payments),
    ("GET", "invoice_payments/<id>", "invoice_payment_retrieve", paying.retrieve_payment),
    ("GET", "payment_intents", "payment_intent_list", paying.list_intents),
    ("GET", "payment_intents/<id>", "payment_intent_retrieve", paying.retrieve_intent),
    ("GET", "charges", "charge_list", paying.list_charges),
    ("GET", "charges/<id>", "charge_retrieve", paying.retrieve_charge),
    ("POST", "refunds", "refund_create", refunds.create),
    ("GET", "refunds", "refund_list", refunds.list_all),
    ("GET", "refunds/<id>", "refund_retrieve", refunds.retrieve),
    ("POST", "refunds/<id>", "refund_update", refunds.update),
    ("POST", "refunds/<id>/cancel", "refund_cancel", refunds.cancel),
    ("POST", "credit_notes", "credit_note_create", credit_notes.create),
    ("GET", "credit_notes", "credit_note_list", credit_notes.list_all),
    ("GET", "credit_notes/preview", "credit_note_preview", credit_notes.preview),
    ("GET", "credit_notes/<id>", "credit_note_retrieve", credit_notes.retrieve),
    ("POST", "credit_notes/<id>", "credit_note_update", credit_notes.update),
    ("POST", "credit_notes/<id>/void", "credit_note_void_credit_note", credit_notes.void),
    ("GET", "credit_notes/<id>/lines", "credit_note_line_item_list", credit_notes.list_lines),
    ("GET", "disputes", "dispute_list", disputes.list_all),
    ("GET", "disputes/<id>", "dispute_retrieve", disputes.retrieve),
    ("POST", "disputes/<id>", "dispute_update", disputes.update),
    ("POST", "disputes/<id>/close", "dispute_close", disputes.close),
    ("GET", "tax_rates/<id>", "tax_rate_retrieve", tax_rates.retrieve),
    (
        "GET",
        "customers/<id>/balance_transactions",
        "customer_balance_transaction_list",
        balance.list_all,
    ),
    (
        "GET",
        "customers/<id>/balance_transactions/<transaction>",
        "customer_balance_transaction_retrieve",
        balance.retrieve,
    ),
    ("GET", "events", "event_list", event_log.list_all),
    ("GET", "events/<id>", "event_retrieve", event_log.retrieve),
)

ROUTES = Map(
    [
        Rule(f"/v1/{path}", methods=[method], endpoint=Route(parameters, handler))
        for method, path, parameters, handler in _TABLE
    ]
)
