"""The local world: strict local Slack, Stripe and Resend servers, which know no business."""
