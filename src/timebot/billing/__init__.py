"""From approved hours to money received: rounding, pricing, runs, invoices, charging, delivery."""
