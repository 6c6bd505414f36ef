"""The gateways: the only room that speaks to Stripe, Resend and WeasyPrint."""
