"""The rich_text block: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block."""

from timebot.playground.slack.blockkit.checks import (
    Check,
    array,
    boolean,
    by_type,
    integer,
    one_of,
    shape,
    string,
)

_MANY = 1000
_LOOKS = ("bold", "italic", "strike", "code", "underline", "highlight", "unlink")
_STYLE = shape({}, dict.fromkeys(_LOOKS, boolean))
_WORD = string(3000)


def _piece(kind: str, required: dict[str, Check], optional: dict[str, Check]) -> Check:
    return shape({"type": one_of(kind), **required}, {"style": _STYLE, **optional})


_PIECES = by_type(
    {
        "text": _piece("text", {"text": string(12_000)}, {}),
        "link": _piece("link", {"url": _WORD}, {"text": _WORD, "unsafe": boolean}),
        "user": _piece("user", {"user_id": _WORD}, {}),
        "usergroup": _piece("usergroup", {"usergroup_id": _WORD}, {}),
        "channel": _piece("channel", {"channel_id": _WORD}, {}),
        "emoji": _piece("emoji", {"name": _WORD}, {"unicode": _WORD}),
        "broadcast": _piece("broadcast", {"range": one_of("here", "channel", "everyone")}, {}),
        "color": _piece("color", {"value": _WORD}, {}),
        "date": _piece(
            "date",
            {"timestamp": integer(0, 2**53), "format": _WORD},
            {"url": _WORD, "fallback": _WORD},
        ),
    }
)
_SECTION = shape({"type": one_of("rich_text_section"), "elements": array(_PIECES, _MANY, least=0)})
_PARTS = by_type(
    {
        "rich_text_section": _SECTION,
        "rich_text_list": shape(
            {
                "type": one_of("rich_text_list"),
                "style": one_of("bullet", "ordered"),
                "elements": array(_SECTION, _MANY),
            },
            {"indent": integer(0, 8), "offset": integer(0, _MANY), "border": integer(0, 1)},
        ),
        "rich_text_preformatted": shape(
            {"type": one_of("rich_text_preformatted"), "elements": array(_PIECES, _MANY)},
            {"border": integer(0, 1), "language": _WORD},
        ),
        "rich_text_quote": shape(
            {"type": one_of("rich_text_quote"), "elements": array(_PIECES, _MANY)},
            {"border": integer(0, 1)},
        ),
    }
)

# Inside a table cell there is no block id.
RICH_TEXT_CELL = shape({"type": one_of("rich_text"), "elements": array(_PARTS, _MANY)})
RICH_TEXT = shape(
    {"type": one_of("rich_text"), "elements": array(_PARTS, _MANY)}, {"block_id": string(255)}
)
