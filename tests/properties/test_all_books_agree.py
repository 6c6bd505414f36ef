"""Random work, billed to the end: every book that knows of it says the same, to the minor unit."""

from hypothesis import example, given

from tests.billing.charging.world import World
from tests.properties.bookkeeper import Bookkeeper
from tests.properties.effort import slow_property
from tests.properties.stories import A_LONG_STORY, A_SMALL_STORY, STORIES, Story
from timebot.doctor import invariants


@slow_property(3)
@example(story=A_LONG_STORY)
@example(story=A_SMALL_STORY)
@given(story=STORIES)
def test_lines_invoice_stripe_charge_report_and_paper_say_the_same(
    world: World, story: Story
) -> None:
    bookkeeper = Bookkeeper(world, story.terms)

    for chapter in story.chapters:
        for wish in chapter.taken_back:
            bookkeeper.take_back(wish)
        if not bookkeeper.bill(chapter.stints):
            break

    bookkeeper.check_report()
    with world.database.read_only() as session:
        assert invariants(session) == []
