"""The steps of an issued invoice: render, collect, mail; each is safe to repeat."""
