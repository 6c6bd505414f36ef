"""Metrics: what an operator watches, counted from the database when it is asked for."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from timebot.billing.models import Invoice
from timebot.billing.payment_models import Mail, Payment
from timebot.db import Database
from timebot.journal.models import InboxDelivery, OutboxMessage
from timebot.timekeeping.models import TimeEntry

_COUNTED: dict[str, tuple[str, InstrumentedAttribute[str]]] = {
    "timebot_outbox_messages": ("Messages to Slack by state", OutboxMessage.state),
    "timebot_inbox_deliveries": ("Deliveries from outside by state", InboxDelivery.state),
    "timebot_time_entries": ("Time entries by state", TimeEntry.state),
    "timebot_invoices": ("Invoices by state of the document", Invoice.document),
    "timebot_invoice_collections": ("Invoices by state of the collection", Invoice.collection),
    "timebot_payments": ("Attempts to charge by state", Payment.state),
    "timebot_mails": ("Mails by state", Mail.state),
}


class DatabaseCollector(Collector):
    """Counts rows by state at each scrape; no names and no amounts leave the house this way."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield one family of gauges for each table."""
        with self._database.read_only() as session:
            for name, (text, state) in _COUNTED.items():
                family = GaugeMetricFamily(name, text, labels=["state"])
                for value, count in session.execute(select(state, func.count()).group_by(state)):
                    family.add_metric([value], count)
                yield family

    def describe(self) -> list[GaugeMetricFamily]:
        """Name the families without counting, so that nothing is read at start."""
        return [GaugeMetricFamily(name, text) for name, (text, _) in _COUNTED.items()]


def create_registry(database: Database) -> CollectorRegistry:
    """Return what `/metrics` shows."""
    registry = CollectorRegistry()
    registry.register(DatabaseCollector(database))
    return registry
