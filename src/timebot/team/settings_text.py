"""Settings as text: `zone Europe/Berlin, terms 14` becomes a mapping of changes."""

import re

from rapidfuzz import fuzz, process

from timebot.errors import Refusal
from timebot.team.setting import Setting
from timebot.team.settings_catalogue import SETTINGS

_COMMAND = "/billing settings"
_QUOTES = "\"'\u201c\u201d\u201e\u2018\u2019"


class SettingUnknown(Refusal):
    """The words name no setting."""

    def __init__(self, words: str) -> None:
        nearest = _nearest(words)
        hint = f" Did you mean {nearest.typed[0]}?" if nearest else f" Choose from {_all_names()}."
        example = nearest or SETTINGS[0]
        super().__init__(f"I know no setting {words}.{hint}", example=_example(example))


class SettingWithoutValue(Refusal):
    """A setting was named, but not what it shall be."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(
            f"What shall {setting.label} be? Write it like this: {setting.typed[0]}"
            f" {setting.example}.",
            example=_example(setting),
        )


class SettingTwice(Refusal):
    """One setting was given two values."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(
            f"{setting.label[:1].upper()}{setting.label[1:]} was given twice. Please say it once.",
            example=_example(setting),
        )


def parse_settings(text: str) -> dict[str, object]:
    """Read pairs of a setting and its value; what they mean is checked by `change_settings`.

    Settings stand on lines of their own or are separated by a semicolon. After a setting whose
    value cannot hold one, a comma (or, where the value is one word, a blank) separates too. Texts
    such as an address run to the end of the line; a bar begins a new line in them.

    Raises:
        SettingUnknown: if a setting is expected and something else found.
        SettingWithoutValue: if one has no value.
        SettingTwice: if one occurs twice.
    """
    changes: dict[str, object] = {}
    for segment in re.split(r"[;\n]", text):
        rest = segment.strip(" \t,")
        while rest:
            setting, rest = _take_setting(rest)
            value, rest = _take_value(setting, rest)
            if not value:
                raise SettingWithoutValue(setting)
            if setting.name in changes:
                raise SettingTwice(setting)
            changes[setting.name] = value
    if not changes:
        raise SettingUnknown("of that name" if text.strip() else "without a name")
    return changes


def _take_setting(text: str) -> tuple[Setting, str]:
    """Split the setting's name, the longest that fits, from what follows."""
    plain = text.casefold()
    best: tuple[int, Setting] | None = None
    for setting in SETTINGS:
        for typed in (*setting.typed, setting.name):
            words = re.escape(typed).replace(r"\ ", r"[\s_]+")
            match = re.match(rf"{words}(?=[\s:=]|$)", plain)
            if match and (best is None or match.end() > best[0]):
                best = (match.end(), setting)
    if best is None or not best[1].typed:
        raise SettingUnknown(text.split(maxsplit=1)[0][:40])
    return best[1], text[best[0] :].lstrip(" \t:=")


def _take_value(setting: Setting, text: str) -> tuple[str, str]:
    if text[:1] in _QUOTES and text[:1]:
        quoted = re.match(rf"[{_QUOTES}]([^{_QUOTES}]*)[{_QUOTES}](?=[\s,]|$)", text)
        if quoted:
            return quoted.group(1).strip(), text[quoted.end() :].lstrip(" \t,")
    if setting.shape == "text":
        return text.strip(), ""
    if setting.shape == "words":
        value, _, rest = text.partition(",")
        return value.strip(), rest.strip(" \t,")
    # One word, though people write "19 %" and "4 hours" with a blank.
    match = re.match(r"([^\s,]+(?:\s+(?:%|percent|hours?|days?|minutes?)(?=[\s,]|$))?)", text)
    if match is None:
        return "", ""
    return match.group(1), text[match.end() :].lstrip(" \t,")


def _nearest(words: str) -> Setting | None:
    by_word = {word: setting for setting in SETTINGS for word in setting.typed}
    found = process.extractOne(words.casefold(), list(by_word), scorer=fuzz.ratio, score_cutoff=60)
    return by_word[found[0]] if found else None


def _all_names() -> str:
    return ", ".join(setting.typed[0] for setting in SETTINGS if setting.typed)


def _example(setting: Setting) -> str:
    return f"{_COMMAND} {setting.typed[0]} {setting.example}"
