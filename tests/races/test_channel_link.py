"""A channel has one link, however many people set it at the same instant."""

from sqlalchemy import select

from tests.builders import MONDAY_NINE, a_client, a_member, a_workspace
from tests.races.crowd import CROWD, all_at_once
from timebot.clients.channel_links import link_channel
from timebot.clients.models import ChannelLink, Client
from timebot.clients.places import Place
from timebot.db import Database
from timebot.team.models import Member, Workspace


def test_a_channel_has_one_link(database: Database) -> None:
    with database.transaction() as session:
        workspace = a_workspace(session)
        kim = a_member(session, workspace, role="approver", profile_at=MONDAY_NINE)
        clients = [a_client(session, workspace).id for _ in range(CROWD)]

    def link(number: int) -> None:
        with database.transaction() as session:
            client = session.get_one(Client, (workspace.id, clients[number]))
            link_channel(
                session,
                workspace=session.get_one(Workspace, workspace.id),
                actor=session.get_one(Member, (workspace.id, kim.id)),
                channel_id="C1",
                place=Place(client, None),
                surface="slack",
                now=MONDAY_NINE,
            )

    outcomes = all_at_once(link)

    assert len(outcomes.won) == CROWD
    with database.read_only() as session:
        (row,) = session.scalars(select(ChannelLink)).all()
        assert row.client_id in clients
