"""The page of figures, docs/proof.md: written by `make proof` from what it has measured."""

import os
import platform
from collections import Counter
from collections.abc import Iterator

from tests.proof.judge import PROMISES
from tests.proof.measured import Measured
from tests.proof.sweep import KINDS, WORKERS

_MOST_FAULTS = 20

_HEAD = """\
# Proof of the money path

<!-- Written by `make proof` from what it measured. Change tests/proof/page.py, not this file. -->

From the moment somebody presses *Release* until every invoice is paid, mailed and shown in Slack,
`make proof` kills, cuts off and races timebot at every point there is, or at a sample of them.
After each case a judge counts what Stripe, Resend, Slack and the database hold.
"""

_METHOD = """\
## What was done

- **The run.** A firm with two clients. Acme has a card that works and work in two projects, so its
  mail is invoice and receipt in one. Sakura gets an invoice mail with a link, pays later, and gets
  a receipt mail. People act through Slack, by signed requests; webhooks are signed and delivered
  over HTTP.
- **The points.** A run without any fault records every call that leaves the process, to Stripe,
  Resend and Slack, and every commit that changed a row. Nobody lists them: a call that is added
  tomorrow is a point tomorrow. Each point has two moments, before and after. After a call means
  that the other side has acted and the answer is lost.
- **Killed** means SIGKILL of the process: no rollback, nothing tidied up. A new process then begins
  on the same database. Its predecessor's leases count as ended, as they do a minute later. With all
  keys expired, the local Stripe and Resend have also forgotten every idempotency key, as the real
  ones do after a day.
- **The line broken** means that a call does not arrive, or arrives and its answer does not; the
  process lives on.
- **The database lost** means that after the kill a backup from before the run is restored, the
  books are compared with Stripe, billing is let go on, and *Release* is pressed again. Only what
  was called outside matters then, so this is done at calls, and once after the whole run. The
  backup is from the morning, when the drafts exist, or from the evening before: then the run is
  opened again and the work is drafted anew, under other ids. The card of the lost run stays in
  Slack; the judge looks at the new one.
- **Raced** means {workers} processes at once, while every lease is ended again and again.
- **Many at once** is a storm: in each of its rounds about one call in five goes wrong, the process
  is killed up to four times at commits chosen by chance, and once all keys expire. What is left
  then must come to its end.
"""

_JUDGED = """\
## What was judged, after each case

The judge asks nobody whether it went well. It compares with what was worked and with the run
without any fault.
"""

_LIMITS = """\
## What this does not prove

- Stripe, Resend and Slack are the local ones of this repository. They are strict where the real
  ones are documented to be, but they are ours: a rule of Stripe that we misread is misread on both
  sides.
- A process is killed, not a machine: what the operating system had taken from a process is on disk
  later. Power cuts are not covered: PostgreSQL runs without fsync here, and SQLite may lie in a
  folder that is kept in memory.
- Several faults in one run are tried by chance, not one by one: two that come at the worst possible
  moments of each other may have been missed.
- PDFs are stood in for by a few bytes here: drawing them calls nobody. Their content is tested
  elsewhere.
- Declines, authentication, refunds, disputes and credit notes are not part of this run; they have
  tests of their own.
- The heartbeat's commits are points where they change a row. The private answers to clicks, which
  go to an address that Slack names in each request, pass no gate and are not points.
- A mail can arrive twice: Resend keeps keys for a day, and restored books know of no mail. That is
  counted above; both carry the same number.
- Points are those of one order of steps. Webhooks are delivered in turn here, not at the same
  moment as the steps.
"""


def page(measured: Measured) -> str:
    """Return the page, in Markdown."""
    parts = (
        _HEAD,
        _result(measured),
        _METHOD.format(workers=WORKERS),
        "\n".join(_figures(measured)),
        _JUDGED + "\n" + "\n".join(_promises(measured)),
        "\n".join(_points(measured)),
        *(["\n".join(_faults(measured))] if measured.faults else []),
        _LIMITS,
        "\n".join(_circumstances(measured)),
    )
    return "\n".join(part.strip("\n") + "\n" for part in parts)


def _result(measured: Measured) -> str:
    faulty = sum(one.faulty for one in measured.tallies.values())
    found = "no fault" if not faulty else _count(faulty, "case", "with a fault")
    words = f"**{_count(measured.played, 'case')}, {found} found.**"
    if not measured.is_whole:
        words += (
            f" This is a sample: the whole sweep has {measured.planned:,} cases, of which these"
            " were taken at even distances. `make proof` without a limit plays all."
        )
    return words


def _figures(measured: Measured) -> Iterator[str]:
    yield "## The figures\n"
    yield f"| fault |{''.join(f' {one}: cases | faulty |' for one in measured.databases)}"
    yield f"|---|{'---:|---:|' * len(measured.databases)}"
    for kind in KINDS:
        cells = [measured.tallies.get((one, kind)) for one in measured.databases]
        yield f"| {kind} |" + "".join(
            " not played | |"
            if one is None
            else f" {_of(one.played, one.planned)} | {one.faulty} |"
            for one in cells
        )
    yield ""
    more = _count(measured.second_mails, "mail")
    yield f"{more} arrived once more, which is allowed, in all cases together."


def _promises(measured: Measured) -> Iterator[str]:
    broken = measured.faulty_by_promise()
    yield "| promise | cases judged | broken in |"
    yield "|---|---:|---:|"
    for promise in PROMISES:
        yield f"| {promise} | {measured.played:,} | {broken[promise]} |"


def _points(measured: Measured) -> Iterator[str]:
    yield "## The points that were found\n"
    for database, recording in measured.recordings.items():
        calls, commits = (
            _count(len(recording.calls), "call"),
            _count(len(recording.commits), "commit"),
        )
        yield f"- {database}: {calls} and {commits}, so {len(recording.points)} points."
    yield "\n| call | times |\n|---|---:|"
    first = next(iter(measured.recordings.values()))
    for name, times in sorted(Counter(first.calls).items()):
        yield f"| `{name}` | {times} |"


def _faults(measured: Measured) -> Iterator[str]:
    yield "## What was found\n"
    for database, case, fault in measured.faults[:_MOST_FAULTS]:
        yield f"- {database}, {case}: {fault.promise}: {fault.sentence}"
    left = len(measured.faults) - _MOST_FAULTS
    if left > 0:
        yield f"- and {left:,} more"


def _circumstances(measured: Measured) -> Iterator[str]:
    minutes, seconds = divmod(round(measured.seconds), 60)
    servers = ", ".join(f"{name} {version}" for name, version in measured.servers.items())
    yield "## When and where\n"
    yield f"- Begun on {measured.began:%Y-%m-%d at %H:%M} UTC; it took {minutes} min {seconds} s."
    machine = f"{platform.system()}, {os.cpu_count()} processors"
    yield f"- Python {platform.python_version()}, {servers}, {machine}."
    yield "- Again: `make proof`. A part of it, as with every change: `make test ARGS=tests/proof`."


def _of(played: int, planned: int) -> str:
    return f"{played:,}" if played == planned else f"{played:,} of {planned:,}"


def _count(count: int, word: str, more: str = "") -> str:
    plural = word if count == 1 else f"{word}s"
    return f"{count:,} {plural} {more}".strip()
