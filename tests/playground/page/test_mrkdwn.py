"""Slack's mrkdwn, as the page's parser draws it."""

import random
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.playground.page.fixture_world import FixtureWorld
from timebot.playground.http import LocalServer
from timebot.playground.slack.mrkdwn import marks_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """One page for all texts: the parser keeps nothing between them."""
    server = LocalServer(FixtureWorld())
    server.start()
    page = browser.new_page()
    page.goto(f"{server.url}/?user=U1")
    page.wait_for_selector("body.ready")
    yield page
    page.close()
    server.stop()


DRAW = """async (text) => {
  const { mrkdwn } = await import("/static/mrkdwn.js");
  const box = document.createElement("div");
  box.append(...mrkdwn(text));
  return box.innerHTML;
}"""


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _it_ ~gone~", "<strong>bold</strong> <em>it</em> <s>gone</s>"),
        ("*bold _both_*", "<strong>bold <em>both</em></strong>"),
        ("snake_case_name 2*3*4", "snake_case_name 2*3*4"),
        ("* not bold * and *", "* not bold * and *"),
        ("`*raw* &lt;x&gt;`", "<code>*raw* &lt;x&gt;</code>"),
        ("a\nb", "a<br>b"),
        ("> one\n&gt; two\nthree", "<blockquote>one<br>two</blockquote>three"),
        ("x\n```\n*a*\n```\ny", "x<pre>*a*</pre>y"),
        ("&amp;lt; &lt;b&gt;", "&amp;lt; &lt;b&gt;"),
        (
            "<@U2> and <@U404>",
            '<span class="mention">@Jonas Lind</span> and <span class="mention">@U404</span>',
        ),
        ("<#C1|old>", '<span class="mention">#general</span>'),
        ("<!here>", '<span class="mention">@here</span>'),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("<javascript:alert(1)|pay>", "&lt;javascript:alert(1)|pay&gt;"),
        (":nothing_known: 10:30:00", ":nothing_known: 10:30:00"),
        ("", ""),
    ],
)
def test_a_text_is_drawn_as_slack_draws_it(page: Page, text: str, html: str) -> None:
    assert page.evaluate(DRAW, text) == html


def test_a_link_opens_beside_the_page_with_its_label(page: Page) -> None:
    drawn = page.evaluate(DRAW, "<https://example.org/?a=1&amp;b=2|the *label*>")

    assert 'href="https://example.org/?a=1&amp;b=2"' in drawn
    assert 'rel="noopener noreferrer"' in drawn
    assert ">the *label*</a>" in drawn


def test_a_bare_address_ends_before_the_punctuation(page: Page) -> None:
    drawn = page.evaluate(DRAW, "see https://example.org/x.")

    assert 'href="https://example.org/x"' in drawn
    assert drawn.endswith("</a>.")


def test_a_date_without_a_usable_instant_shows_its_fallback(page: Page) -> None:
    assert "some day" in page.evaluate(DRAW, "<!date^soon^{date}|some day>")


def test_a_long_text_full_of_open_marks_is_drawn_at_once(page: Page) -> None:
    took = page.evaluate(
        """async () => {
          const { mrkdwn } = await import("/static/mrkdwn.js");
          const began = performance.now();
          mrkdwn("*_~`<".repeat(600));
          return performance.now() - began;
        }"""
    )

    assert took < 1000


TAGS = {
    "bold": "STRONG",
    "italic": "EM",
    "strike": "S",
    "code": "CODE",
    "quote": "BLOCKQUOTE",
    "link": "A",
}
SEEN = """async (texts) => {
  const { mrkdwn } = await import("/static/mrkdwn.js");
  return texts.map((text) => {
    const box = document.createElement("div");
    box.append(...mrkdwn(text));
    return [...box.querySelectorAll("*")].map((one) => one.tagName);
  });
}"""


def test_the_page_and_the_tests_read_a_text_alike(page: Page) -> None:
    chance = random.Random(7)  # noqa: S311 - the same texts every time, no secrets
    pieces = ["*", "_", "~", "`", "<", ">", "\uff0a", "\uff3f", "\uff40", " ", "a", "b", "\u200b"]
    pieces += ["\u2060", "<https://a.example|b>", "https://a.example/x", ".", "&gt;", "<b>"]
    texts = ["".join(chance.choices(pieces, k=chance.randint(1, 14))) for _ in range(2_000)]

    seen = page.evaluate(SEEN, texts)

    for text, tags in zip(texts, seen, strict=True):
        # Links in code act, but the page draws them as text there.
        read = [TAGS[mark.kind] for mark in marks_in(text) if "CODE" not in tags]
        assert sorted(read) == sorted(tags if "CODE" not in tags else []), repr(text)
