"""A fortnight at the agency, told through signed requests only, and the one that follows."""

from pathlib import Path

from sqlalchemy import select

from tests.scenarios.agency import Agency, add_clients, an_agency, set_up
from tests.scenarios.books import check_books, findings, issued
from timebot.playground.slack import Message
from timebot.timekeeping.models import TimeEntry

IN_THE_END = {
    "INV-2031-0001": (465, 69_875, 13_276, 83_151, "EUR"),
    "INV-2031-0002": (96, 19_200, 3_648, 22_848, "EUR"),
    "INV-2031-0003": (180, 37_500, 0, 37_500, "USD"),
    "INV-2031-0004": (300, 49_000, 9_310, 58_310, "EUR"),
    "INV-2031-0005": (30, 6_000, 1_140, 7_140, "EUR"),
    "INV-2031-0006": (150, 30_000, 0, 30_000, "JPY"),
}
"""Minutes, subtotal, tax, total and currency of each invoice, as a pocket calculator has them."""


def test_a_fortnight_ends_with_books_that_agree(tmp_path: Path, database_url: str) -> None:
    with an_agency(tmp_path, database_url) as agency:
        set_up(agency)
        add_clients(agency)

        mia_times_her_monday(agency)
        people_write_down_what_they_did(agency)
        they_hand_in_and_kim_rejects_one_entry(agency)
        kim_is_quicker_than_olga(agency)
        nobody_settles_their_own_hours(agency)
        tom_and_leo_work_in_the_second_week(agency)

        the_run_opens_and_ben_holds_sakura(agency)
        ben_releases_one_and_then_the_others(agency)
        maple_is_declined_and_pays_on_the_page(agency)

        tom_s_workshop_is_approved_too_late(agency)
        leo_leaves_while_his_timer_runs(agency)
        mia_works_through_the_night_of_the_clocks(agency)
        the_second_run_takes_what_was_left(agency)
        everybody_can_ask_why(agency)

        agency.world.beat()
        assert figures(agency) == IN_THE_END
        check_books(agency)
        assert findings(agency) == []


def mia_times_her_monday(agency: Agency) -> None:
    """Start, a switch that is undone, stop, a start at an earlier time, switch, an earlier stop."""
    agency.is_at("9:00", 3)
    agency.types("mia", "/timer start Acme logo First sketches #STU-101")
    agency.is_at("10:10", 3)
    assert "Stopped for it: #1" in agency.types("mia", "/timer switch Maple dealer site Header")
    agency.is_at("10:12", 3)
    assert "Running: #1" in agency.types("mia", "/timer undo")
    agency.is_at("10:35", 3)
    assert "(9:00–10:35)" in agency.types("mia", "/timer stop")  # noqa: RUF001 - as it is shown
    agency.is_at("11:20", 3)
    assert "Started at 11:00" in agency.types("mia", "/timer start Acme website Header @11:00")
    agency.is_at("12:05", 3)
    assert "Stopped for it: #3" in agency.types("mia", "/timer start Sakura Calendar")
    agency.is_at("12:50", 3)
    # The start has seconds, so that these 34 minutes do not look like 35.
    assert "12:40:00)" in agency.types("mia", "/timer stop at 12:40")


def people_write_down_what_they_did(agency: Agency) -> None:
    """Time without a timer in two zones: yesterday's, internal, free of charge, and corrected."""
    agency.is_at("9:00", 4)
    agency.types("mia", "/timer add 1h30m Acme logo Second round yesterday")
    agency.types("mia", "/timer add 8:00-8:40 Maple Images")
    agency.is_at("18:00", 4)
    told = agency.types("tom", "/timer add 9:00-10:07 Linden brand Review of the marks")
    assert "Europe/London" in told
    agency.types("tom", "/timer add 2h Maple Configurator")
    agency.is_at("16:00", 5)
    agency.types("mia", "/timer add 30m Acme logo Tidying the files nb")
    agency.types("mia", "/timer add 45m Acme logo Small fix for free nc")
    agency.types("mia", "/timer add 20m Linden Colours")
    agency.types("kim", "/timer add 1h Acme website Review of the copy")
    agency.types("mia", "/timer edit 6")
    agency.sends("mia", ended="08:50")


def they_hand_in_and_kim_rejects_one_entry(agency: Agency) -> None:
    """The author reads the reason, corrects the entry and hands it in again."""
    agency.is_at("17:00", 7)
    for name in ("mia", "tom", "kim"):
        agency.types(name, "/timer submit week")
    agency.clicks("kim", "Reject", agency.card_of("kim", "Mia Berg"))
    agency.sends("kim", which=["50 min Maple, Dealer site"], reason="Which images?")

    told = agency.newest("mia", "Reason: Which images?")
    agency.types("mia", "/timer edit 6")
    agency.sends("mia", text="Images for the dealers in Ohio")
    agency.clicks("mia", "Submit again", told)


def kim_is_quicker_than_olga(agency: Agency) -> None:
    """Of two approvers one wins, and the other sees who."""
    agency.clicks("kim", "Approve", agency.card_of("kim", "Mia Berg: 50 min"))
    for_olga = agency.card_of("olga", "Mia Berg: 6 h")
    agency.clicks("kim", "Approve all", agency.card_of("kim", "Mia Berg: 6 h"))
    agency.clicks("olga", "Approve all", for_olga)

    assert "Kim Sommer approved this" in agency.newest_answer("olga").text


def nobody_settles_their_own_hours(agency: Agency) -> None:
    """Kim is not asked about hers, and a forged click does not help."""
    of_kim = agency.card_of("olga", "Kim Sommer")
    of_tom = agency.card_of("kim", "Tom Field")
    forged = Message({**of_tom.document, "blocks": of_kim.blocks})

    agency.clicks("kim", "Approve", forged)

    assert "These are your own hours" in agency.newest_answer("kim").text
    agency.clicks("olga", "Approve", of_kim)
    agency.clicks("kim", "Approve all", of_tom)


def tom_and_leo_work_in_the_second_week(agency: Agency) -> None:
    """Leo's entry runs over midnight into the next period; it counts for its first day."""
    agency.is_at("9:00", 11)
    assert "Started at 8:00" in agency.types("tom", "/timer start Sakura Icons")
    agency.is_at("10:40", 11)
    agency.types("tom", "/timer stop")
    agency.is_at("9:00", 14)
    agency.types("tom", "/timer add 30m Linden Workshop notes")
    agency.is_at("23:10", 16)
    agency.types("leo", "/timer start Acme logo Print files")
    agency.is_at("0:35", 17)
    assert "Sun 16 Mar" in agency.types("leo", "/timer stop")
    agency.is_at("8:00", 17)
    agency.types("leo", "/timer submit 2031-03-16")
    agency.types("tom", "/timer submit 2031-03-11")
    agency.clicks("kim", "Approve", agency.card_of("kim", "Leo Stein"))
    agency.clicks("kim", "Approve", agency.card_of("kim", "Tom Field"))
    agency.types("tom", "/timer submit 2031-03-14")


def the_run_opens_and_ben_holds_sakura(agency: Agency) -> None:
    """The digest names what is ready and what is left out; a preview costs no number."""
    agency.is_at("9:01", 18)
    card = agency.run_card()
    assert "4 clients, €1,059.99, JP¥30,000 and US$375.00: 4 ready" in card.all_text
    assert "Left out: 1 entry, 30 min (internal)" in card.all_text
    assert "Left out: 1 entry, 30 min (waiting for approval)" in card.all_text
    agency.clicks("ben", "Preview PDF", card)
    assert "draft-Acme.pdf" in agency.newest("ben", "Draft of the invoice for Acme").all_text
    agency.types("ben", "/billing hold Sakura waits for a PO")


def ben_releases_one_and_then_the_others(agency: Agency) -> None:
    """Acme alone, then all that is ready; Sakura stays."""
    agency.releases("Acme")
    agency.clicks("ben", "Release all (2)", agency.run_card())
    told = agency.run_card().all_text
    assert "INV-2031-0001: paid on 18 Mar 2031 (Visa ending in 4242)" in told
    assert "INV-2031-0002: paid on 18 Mar 2031 (Mastercard ending in 4444)" in told
    assert "INV-2031-0003: card declined" in told
    assert "Held back: waits for a PO" in told


def maple_is_declined_and_pays_on_the_page(agency: Agency) -> None:
    """Ben sends the pay link; Stripe's webhook tells that it was paid, and a receipt follows."""
    agency.clicks("ben", "Send pay link", agency.answers("ben", "/billing invoice INV-2031-0003"))
    agency.pays_on_the_hosted_page("Maple")
    told = agency.types("ben", "/billing invoice INV-2031-0003")
    assert "Paid on 18 Mar 2031 (the payment page)" in told
    assert agency.mails_to("Maple")[-1]["subject"].startswith("Receipt for invoice INV-2031-0003")


def tom_s_workshop_is_approved_too_late(agency: Agency) -> None:
    """Work of the first period that is approved after its run waits for the next one."""
    agency.is_at("10:00", 19)
    agency.clicks("kim", "Approve", agency.card_of("kim", "Tom Field"))


def leo_leaves_while_his_timer_runs(agency: Agency) -> None:
    """His timer stops at that instant; Kim confirms the end, and somebody else approves it."""
    agency.is_at("14:00", 20)
    agency.types("leo", "/timer start Acme website Forms")
    agency.is_at("14:55", 20)
    agency.world.local.slack.change_user(agency.person("leo").id, deleted=True)
    asked = agency.newest("kim", "Leo Stein has left. Correct what is wrong")
    assert "not confirmed by the person who worked" in agency.types("ben", "/billing preview")

    agency.clicks("kim", "Confirm the end", asked)
    confirmed = agency.newest_answer("kim")
    agency.clicks("kim", "Hand in", confirmed)
    agency.clicks("olga", "Approve", agency.card_of("olga", "Leo Stein"))


def mia_works_through_the_night_of_the_clocks(agency: Agency) -> None:
    """From 23:00 to 3:55 while the clocks go forward is a little less than four hours."""
    agency.is_at("23:00", 29)
    agency.types("mia", "/timer start Acme logo Night of the launch")
    agency.is_at("3:55", 30)
    agency.types("mia", "/timer stop")
    agency.is_at("9:00", 31)
    agency.types("mia", "/timer submit last week")
    agency.clicks("kim", "Approve", agency.card_of("kim", "Mia Berg"))


def the_second_run_takes_what_was_left(agency: Agency) -> None:
    """Held hours, late ones and new ones; Sakura pays by link, in a currency without cents."""
    agency.is_at("9:01", 1, month=4)
    card = agency.run_card()
    assert "3 clients, €654.50 and JP¥30,000: 3 ready" in card.all_text
    agency.clicks("ben", "Release all (3)", card)
    assert "INV-2031-0006: sent with a pay link, due 15 Apr 2031" in agency.run_card().all_text
    agency.pays_on_the_hosted_page("Sakura")
    assert "3 paid" in agency.run_card().all_text


def everybody_can_ask_why(agency: Agency) -> None:
    """Mia sees her minutes, Ben the money, and the report has the invoices' figures."""
    minutes = agency.types("mia", "/timer why INV-2031-0001 1")
    assert "= 3 h 5 min, up to 15 minutes, per day: 3 h 15 min" in minutes
    assert "€" not in minutes
    money = agency.types("ben", "/timer why INV-2031-0001 1")
    assert "100 min \N{MULTIPLICATION SIGN} €95.00 ÷ 60 = €158.33, rounded half up" in money
    assert "approved by Kim Sommer, 7 Mar 2031, 17:00" in money
    report = agency.types("ben", "/billing report client 2031-03-01..2031-03-31")
    assert "billed for €1,440.75 + JP¥30,000 + US$375.00" in report


def figures(agency: Agency) -> dict[str, tuple[int, int, int, int, str]]:
    """Return the invoices as `IN_THE_END` has them; what is not billed has not been approved."""
    with agency.world.timebot.database.read_only() as session:
        unbilled = session.scalars(select(TimeEntry).where(TimeEntry.state != "applied")).all()
        kinds = {(each.state, each.billable) for each in unbilled if each.deleted_at is None}
        assert kinds == {("approved", "internal")}
        return {
            str(each.number): (
                each.minutes_billed,
                each.subtotal_minor,
                each.tax_minor,
                each.total_minor,
                each.currency,
            )
            for each in issued(session)
        }
