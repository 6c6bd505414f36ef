from tests.billing.charging.conftest import world

__all__ = ["world"]
