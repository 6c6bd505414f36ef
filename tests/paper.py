"""Reading the figures off a printed invoice, in every currency and in the writing of its reader."""

import io
import re
from dataclasses import dataclass
from decimal import Decimal

from pypdf import PdfReader

from tests.pocket_calculator import DECIMALS

_FIGURE = r"\d[\d.,\u2019\u00a0\u202f]*"
_LINE = re.compile(rf"(\d+):(\d\d) ({_FIGURE}) ({_FIGURE})$")
_SUM = re.compile(r"^(Subtotal|Total|Credited|Credit applied|Left to pay) ([^ ]+)$", re.MULTILINE)
_TAX = re.compile(r"^\D+ ([\d.,]+)\s?% ([^ ]+)$", re.MULTILINE)
_HEAD = re.compile(r"^Amount due ([^ ]+) (\d+):(\d\d) hours$", re.MULTILINE)
_KEPT = re.compile(r"^([^ ]+) is kept as your credit", re.MULTILINE)
_GROUPED = r"\d{1,3}(?:[.,\u2019\u00a0\u202f]\d{3})*"


@dataclass(frozen=True)
class Paper:
    """What a PDF says; amounts in minor units.

    Attributes:
        lines: minutes, rate and amount of each printed line, in order.
        taxes: the rate in parts per million and the amount of each printed tax.
        credit: what is taken off the total; 0 where nothing is.
        left: what is left to pay where something is taken off, else the total.
        head: the amount due and the minutes that stand in large at the top.
    """

    lines: tuple[tuple[int, int, int], ...]
    subtotal: int
    taxes: tuple[tuple[int, int], ...]
    total: int
    credit: int
    left: int
    head: tuple[int, int]

    @property
    def tax(self) -> int:
        """What is added between the subtotal and the total."""
        return sum(amount for _, amount in self.taxes)


def read_paper(content: bytes, currency: str) -> Paper:
    """Read the figures off a PDF, as a client with a pocket calculator would."""
    text = _text(content)
    found = (_LINE.search(row) for row in text.splitlines())
    sums = {name: _minor(amount, currency) for name, amount in _SUM.findall(text)}
    ((due, hours, minutes),) = _HEAD.findall(text)
    return Paper(
        lines=tuple(
            (int(one[1]) * 60 + int(one[2]), _minor(one[3], currency), _minor(one[4], currency))
            for one in found
            if one
        ),
        subtotal=sums["Subtotal"],
        taxes=tuple((_ppm(rate), _minor(amount, currency)) for rate, amount in _TAX.findall(text)),
        total=sums["Total"],
        credit=-sums.get("Credit applied", 0),
        left=sums.get("Left to pay", sums["Total"]),
        head=(_minor(due, currency), int(hours) * 60 + int(minutes)),
    )


def read_credit(content: bytes, currency: str) -> tuple[int, int, int, int]:
    """Read subtotal, tax, total and what is kept as credit off the PDF of a credit note."""
    text = _text(content)
    sums = {name: _minor(amount, currency) for name, amount in _SUM.findall(text)}
    tax = sum(_minor(amount, currency) for _, amount in _TAX.findall(text))
    kept = sum(_minor(amount, currency) for amount in _KEPT.findall(text))
    return sums["Subtotal"], tax, sums["Credited"], kept


def _text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def _minor(printed: str, currency: str) -> int:
    """Return a printed amount in minor units; it must show every decimal of its currency."""
    figures = re.search(_FIGURE, printed)
    assert figures is not None, printed
    decimals = DECIMALS[currency]
    form = _GROUPED + (rf"[.,]\d{{{decimals}}}" if decimals else "")
    digits = figures[0].rstrip("\u00a0\u202f")
    assert re.fullmatch(form, digits), printed
    return int(re.sub(r"\D", "", digits)) * (-1 if "-" in printed else 1)


def _ppm(percent: str) -> int:
    return int(Decimal(percent.replace(",", ".")).scaleb(4))
