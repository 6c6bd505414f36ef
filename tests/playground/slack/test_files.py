import urllib.error
import urllib.request

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from timebot.playground.slack import LocalSlack, Person


def test_a_file_is_uploaded_and_shown(client: WebClient, slack: LocalSlack, mia: Person) -> None:
    answer = client.files_upload_v2(
        channel=mia.dm, filename="tea.pdf", content=b"%PDF tea", initial_comment="The menu"
    )

    message = mia.last_message()
    assert message.text == "The menu"
    assert message.files[0]["name"] == "tea.pdf"
    assert slack.file_content(message.files[0]["id"]) == b"%PDF tea"
    with urllib.request.urlopen(answer["file"]["url_private"]) as page:  # noqa: S310 - our own
        assert page.read() == b"%PDF tea"
        assert page.headers["Content-Type"] == "application/pdf"


def test_a_file_shorter_than_announced_is_refused(client: WebClient) -> None:
    reserved = client.files_getUploadURLExternal(filename="tea.pdf", length=99)

    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(reserved["upload_url"], data=b"short")  # noqa: S310 - our own

    assert caught.value.code == 400
    caught.value.close()
    with pytest.raises(SlackApiError, match="file_not_found"):
        client.files_completeUploadExternal(files=[{"id": reserved["file_id"], "title": "x"}])


def test_a_file_is_completed_once(client: WebClient, mia: Person) -> None:
    answer = client.files_upload_v2(channel=mia.dm, filename="tea.txt", content="tea")

    with pytest.raises(SlackApiError, match="file_not_found"):
        client.files_completeUploadExternal(
            files=[{"id": answer["file"]["id"], "title": "x"}], channel_id=mia.dm
        )


def test_a_file_cannot_go_where_the_app_is_not(client: WebClient, slack: LocalSlack) -> None:
    channel = slack.add_channel("garden", bot_is_member=False)

    with pytest.raises(SlackApiError, match="not_in_channel"):
        client.files_upload_v2(channel=channel, filename="tea.txt", content="tea")
