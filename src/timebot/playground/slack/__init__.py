"""The local Slack: Web API, signed deliveries, people and a page, for one workspace and one app."""

from timebot.playground.slack.deliver import Delivery, Reply
from timebot.playground.slack.faults import NotThere, SlackFault
from timebot.playground.slack.local import LocalSlack
from timebot.playground.slack.people import Person
from timebot.playground.slack.seen import Answer, Message, View

__all__ = [
    "Answer",
    "Delivery",
    "LocalSlack",
    "Message",
    "NotThere",
    "Person",
    "Reply",
    "SlackFault",
    "View",
]
