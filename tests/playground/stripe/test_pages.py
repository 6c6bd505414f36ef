import pytest
import requests

from .calls import ASKS, CANNOT_BE_SAVED, DECLINES, WORKS, Calls

SUCCESS = "http://127.0.0.1:9/done?cs={CHECKOUT_SESSION_ID}"


def session_of(calls: Calls, name: str = "Acme") -> tuple[str, str, str]:
    customer = calls.customer(name=name)
    session = calls.client.v1.checkout.sessions.create(
        {"mode": "setup", "customer": customer.id, "currency": "usd", "success_url": SUCCESS}
    )
    return str(session.url), session.id, customer.id


def post(url: str, number: str) -> requests.Response:
    return requests.post(url, data={"number": number}, allow_redirects=False, timeout=5)


def test_the_set_up_page_says_that_no_card_is_real(calls: Calls) -> None:
    url, _, _ = session_of(calls)

    page = requests.get(url, timeout=5).text

    assert "no real cards" in page
    assert 'value="4242424242424242"' in page
    assert "<script" not in page


def test_a_name_on_a_page_is_text_and_never_markup(calls: Calls) -> None:
    url, _, _ = session_of(calls, name="<script>alert(1)</script>")

    page = requests.get(url, timeout=5).text

    assert "&lt;script&gt;" in page
    assert "<script>" not in page


def test_saving_a_card_leads_back_with_the_sessions_id(calls: Calls) -> None:
    url, session_id, customer_id = session_of(calls)

    answer = post(url, WORKS)

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"http://127.0.0.1:9/done?cs={session_id}"
    methods = calls.client.v1.customers.payment_methods.list(customer_id).data
    assert [m.card.last4 for m in methods if m.card] == ["4242"]


def test_a_typed_number_may_have_spaces(calls: Calls) -> None:
    url, _, _ = session_of(calls)

    assert post(url, "4242 4242 4242 4242").status_code == 303


@pytest.mark.parametrize("number", [CANNOT_BE_SAVED, "1234", ""])
def test_a_card_that_cannot_be_saved_is_explained_and_asked_again(
    calls: Calls, number: str
) -> None:
    url, session_id, _ = session_of(calls)

    answer = post(url, number)

    assert (answer.status_code, 'role="alert"' in answer.text) == (200, True)
    assert calls.client.v1.checkout.sessions.retrieve(session_id).status == "open"


def test_a_card_that_cannot_be_saved_is_told_by_its_event(calls: Calls) -> None:
    url, session_id, _ = session_of(calls)

    post(url, CANNOT_BE_SAVED)

    session = calls.client.v1.checkout.sessions.retrieve(session_id)
    intent = calls.client.v1.setup_intents.retrieve(str(session.setup_intent))
    assert intent.last_setup_error is not None
    assert intent.last_setup_error.code == "card_declined"
    assert calls.event_types()[-1] == "setup_intent.setup_failed"


def test_a_session_is_used_once(calls: Calls) -> None:
    url, _, customer_id = session_of(calls)
    post(url, WORKS)

    again = post(url, WORKS)

    assert "no longer active" in again.text
    assert len(calls.client.v1.customers.payment_methods.list(customer_id).data) == 1


def test_an_invoice_is_paid_on_its_page(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer(), 125_050)
    url = str(invoice.hosted_invoice_url)

    before = requests.get(url, timeout=5).text
    post(url, WORKS)
    after = requests.get(url, timeout=5).text

    assert "1,250.50 USD" in before
    assert "Paid on" in after
    assert calls.client.v1.invoices.retrieve(invoice.id).status == "paid"
    assert "invoice.paid" in calls.event_types()


def test_a_card_that_asks_for_its_payer_works_on_the_page(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer())

    post(str(invoice.hosted_invoice_url), ASKS)

    assert calls.client.v1.invoices.retrieve(invoice.id).status == "paid"


def test_a_decline_on_the_page_is_said_and_counted(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer())

    answer = post(str(invoice.hosted_invoice_url), DECLINES)

    assert "Your card was declined." in answer.text
    assert [charge["status"] for charge in calls.local.charges()] == ["failed"]
    assert "invoice.payment_failed" in calls.event_types()


def test_a_voided_invoice_cannot_be_paid_on_its_page(calls: Calls) -> None:
    invoice = calls.open_invoice(calls.customer())
    calls.client.v1.invoices.void_invoice(invoice.id)

    answer = post(str(invoice.hosted_invoice_url), WORKS)

    assert "cancelled" in answer.text
    assert calls.local.charges() == []


def test_the_portal_replaces_the_default_card_and_leads_back(calls: Calls) -> None:
    customer = calls.customer_with_card(DECLINES)
    portal = calls.client.v1.billing_portal.sessions.create(
        {
            "customer": customer.id,
            "return_url": "http://127.0.0.1:9/back",
            "flow_data": {"type": "payment_method_update"},
        }
    )

    page = requests.get(portal.url, timeout=5).text
    answer = post(portal.url, WORKS)

    assert "Visa 0341" in page
    assert answer.headers["Location"] == "http://127.0.0.1:9/back"
    invoice = calls.open_invoice(customer)
    assert calls.client.v1.invoices.pay(invoice.id).status == "paid"


@pytest.mark.parametrize("path", ["/", "/checkout/cs_none", "/invoice/in_none", "/portal/none"])
def test_a_wrong_link_says_so(calls: Calls, path: str) -> None:
    answer = requests.get(calls.local.url + path, timeout=5)

    assert (answer.status_code, "There is nothing here" in answer.text) == (404, True)
