"""Views and messages with every block type, and hostile text in all of them."""

from typing import Any

Json = dict[str, Any]

HOSTILE = (
    "<img src=x onerror=\"window.hacked='yes'\"> *not bold* <script>window.hacked='yes'</script>"
)


def plain(text: str) -> Json:
    """A plain_text object."""
    return {"type": "plain_text", "text": text, "emoji": True}


def marked(text: str) -> Json:
    """A mrkdwn object."""
    return {"type": "mrkdwn", "text": text}


def option(text: str, value: str, description: str | None = None) -> Json:
    """An option of a menu, with a description where there is one."""
    words: Json = {"text": plain(text), "value": value}
    return words | ({"description": plain(description)} if description else {})


CLIENTS = [option("Acme GmbH", "acme", "EUR, 95.00 per hour"), option("Birch & Co", "birch")]

CARD: list[Json] = [
    {"type": "header", "block_id": "head", "text": plain("Hours to approve")},
    {
        "type": "section",
        "block_id": "who",
        "text": marked("*Mia Wong* submitted *6 h 30 min* for the week of 23 February."),
        "accessory": {
            "type": "overflow",
            "action_id": "more",
            "options": [option("Show the entries", "entries"), option("Ask Mia", "ask")],
        },
    },
    {
        "type": "section",
        "block_id": "fields",
        "fields": [
            marked("*Mon 23 Feb*\nAcme · Logo, 3 h 15 min"),
            marked("*Tue 24 Feb*\nBirch · Website, 2 h"),
            marked("*Wed 25 Feb*\nAcme · Logo, 1 h 15 min"),
            plain("Plain *field* stays as typed"),
        ],
    },
    {
        "type": "context",
        "block_id": "context",
        "elements": [
            marked("Submitted <!date^1772438400^{date_short} at {time}|2 March 2026, 08:00 UTC>"),
            marked("Ticket <https://tickets.example/ABC-12|ABC-12>"),
        ],
    },
    {
        "type": "actions",
        "block_id": "decide",
        "elements": [
            {
                "type": "button",
                "action_id": "approve_all",
                "text": plain("Approve 6 h 30 min"),
                "style": "primary",
                "value": "submission-1",
            },
            {
                "type": "button",
                "action_id": "reject",
                "text": plain("Reject"),
                "style": "danger",
                "value": "submission-1",
                "confirm": {
                    "title": plain("Reject these hours?"),
                    "text": marked("*Mia Wong* is told and can submit again."),
                    "confirm": plain("Reject"),
                    "deny": plain("Keep them"),
                    "style": "danger",
                },
            },
            {
                "type": "button",
                "action_id": "ticket",
                "text": plain("Open ticket"),
                "url": "https://tickets.example/ABC-12",
            },
        ],
    },
]

RICH: list[Json] = [
    {
        "type": "rich_text",
        "block_id": "rich",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "Bold", "style": {"bold": True}},
                    {"type": "text", "text": ", code ", "style": {"code": True}},
                    {"type": "text", "text": HOSTILE},
                    {"type": "link", "url": "https://example.org/", "text": "a link"},
                    {"type": "link", "url": "javascript:window.hacked=1", "text": "a trap"},
                    {"type": "user", "user_id": "U2"},
                    {"type": "emoji", "name": "tada"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "ordered",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": word}]}
                    for word in ("Start", "Stop", "Submit")
                ],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "indent": 1,
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "deep"}]}
                ],
            },
            {
                "type": "rich_text_quote",
                "elements": [{"type": "text", "text": "A quote of two\nlines"}],
            },
            {
                "type": "rich_text_preformatted",
                "elements": [{"type": "text", "text": "total = 6.5 * 95"}],
            },
        ],
    },
    {"type": "divider", "block_id": "line"},
    {"type": "image", "block_id": "logo", "image_url": "/static/missing.png", "alt_text": "Logo"},
    {
        "type": "table",
        "block_id": "table",
        "column_settings": [{"align": "left"}, {"align": "right"}],
        "rows": [
            [{"type": "raw_text", "text": "Client"}, {"type": "raw_text", "text": "Hours"}],
            [{"type": "raw_text", "text": "Acme GmbH"}, {"type": "raw_text", "text": "4.50"}],
            [{"type": "raw_text", "text": HOSTILE}, {"type": "raw_text", "text": "12.25"}],
        ],
    },
    {"type": "hologram", "block_id": "new"},
]

HOME: list[Json] = [
    {"type": "header", "block_id": "h", "text": plain("Good morning, Mia")},
    {
        "type": "section",
        "block_id": "timer",
        "text": marked("Running: *Acme · Logo* since 09:12"),
        "accessory": {
            "type": "button",
            "action_id": "stop",
            "text": plain("Stop"),
            "style": "danger",
            "value": "t1",
        },
    },
    {"type": "divider", "block_id": "d"},
    {
        "type": "actions",
        "block_id": "picks",
        "elements": [
            {
                "type": "static_select",
                "action_id": "client",
                "placeholder": plain("Client"),
                "options": CLIENTS,
            },
            {"type": "datepicker", "action_id": "day", "initial_date": "2026-03-02"},
            {"type": "users_select", "action_id": "member", "placeholder": plain("Member")},
        ],
    },
    {
        "type": "section",
        "block_id": "week",
        "text": marked("*This week* 12 h 45 min of 40 h"),
    },
]


def modal(view_id: str = "V1", title: str = "Add time") -> Json:
    """A modal with every kind of input."""

    def field(block_id: str, label: str, element: Json, **more: object) -> Json:
        element = {"action_id": f"{block_id}_value", **element}
        words = {"type": "input", "block_id": block_id, "label": plain(label)}
        return words | {"element": element, **more}

    return {
        "id": view_id,
        "hash": "1.a",
        "type": "modal",
        "title": plain(title),
        "submit": plain("Save"),
        "close": plain("Cancel"),
        "blocks": [
            {"type": "section", "block_id": "intro", "text": marked("Hours worked _earlier_.")},
            field(
                "client",
                "Client",
                {"type": "static_select", "placeholder": plain("Choose"), "options": CLIENTS},
            ),
            field("project", "Project", {"type": "external_select", "min_query_length": 2}),
            field("text", "What was done", {"type": "plain_text_input", "multiline": True}),
            field(
                "hours",
                "Hours",
                {"type": "number_input", "is_decimal_allowed": True, "min_value": "0.1"},
                hint=plain("For example 1.5"),
            ),
            field("day", "Day", {"type": "datepicker", "initial_date": "2026-03-02"}),
            field("at", "Started", {"type": "timepicker"}, optional=True),
            field("mail", "Copy to", {"type": "email_text_input"}, optional=True),
            field("page", "Ticket", {"type": "url_text_input"}, optional=True),
            field("team", "People", {"type": "multi_users_select"}, optional=True),
            field(
                "tags",
                "Clients",
                {"type": "multi_static_select", "options": CLIENTS},
                optional=True,
            ),
            field("room", "Channel", {"type": "conversations_select"}, optional=True),
            field(
                "flags",
                "Marks",
                {
                    "type": "checkboxes",
                    "options": [option("No charge", "nc"), option("Confirmed", "ok")],
                },
                optional=True,
            ),
            field(
                "kind",
                "Kind",
                {
                    "type": "radio_buttons",
                    "options": [option("Billable", "b"), option("Internal", "i", "Never shown")],
                    "initial_option": option("Billable", "b"),
                },
            ),
        ],
    }
