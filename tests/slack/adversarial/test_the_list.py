"""Twenty-five things that people, clients and networks do to an app, and the test of each.

Each number names the tests that hold the expected behaviour, wherever they stand.
"""

from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]

HELD_BY = {
    1: "slack/frame/test_once.py::test_an_event_sent_again_takes_effect_once"
    " slack/adversarial/test_repeated_requests.py::test_a_command_three_times_at_once_starts_one",
    2: "slack/frame/test_once.py::test_what_is_old_or_forged_is_refused_and_leaves_nothing"
    " slack/frame/test_once.py::test_a_timestamp_that_is_no_number_is_refused"
    " slack/frame/test_once.py::test_a_command_sent_twice_takes_effect_once_and_hears_the_same"
    " slack/adversarial/test_repeated_requests.py::test_a_stop_that_comes_again_later_leaves_the"
    " slack/adversarial/test_repeated_requests.py::test_what_was_heard_before_a_restart_is_not",
    3: "races/test_approvals.py::test_a_double_click_approves_once_and_tells_once",
    4: "slack/frame/test_forms.py::test_an_old_button_is_answered"
    " slack/adversarial/test_inputs.py::test_a_button_about_hours_on_an_invoice",
    5: "races/test_approvals.py::test_of_approving_and_rejecting_one_wins_and_one_is_told"
    " slack/timer/test_approval.py::test_of_two_approvers_the_second_sees_who_was_quicker",
    6: "slack/timer/test_refused_approvals.py::test_who_may_not_settle_hours_changes_nothing"
    " slack/adversarial/test_other_people_and_places.py::test_who_is_no_member_clicks_approve_in"
    " slack/adversarial/test_other_people_and_places.py::test_an_outsider_reaches_no_command_no",
    7: "slack/timer/test_approval.py::test_a_change_since_the_card_was_shown_is_shown",
    8: "slack/adversarial/test_inputs.py::test_starts_from_phone_and_laptop_leave_one_timer",
    9: "slack/timer/test_start_and_stop.py::test_a_stop_without_a_timer_offers_to_resume"
    " slack/adversarial/test_inputs.py::test_a_second_stop_says_that_nothing_runs",
    10: "slack/timer/test_hostile.py::test_nothing_visible_opens_the_panel"
    " slack/timer/test_hostile.py::test_a_description_that_is_too_long_is_refused"
    " slack/timer/test_help.py::test_an_unknown_verb_is_answered_with_what_was_read"
    " slack/adversarial/test_inputs.py::test_help_in_any_case_is_help",
    11: "timekeeping/test_wording.py::test_marks_and_spaces_of_every_keyboard_become_one_clean"
    " slack/frame/test_once.py::test_what_no_database_can_store_is_left_out",
    12: "slack/rendering/test_everything_drawn.py::test_everything_that_is_drawn_is_literal"
    " gateways/test_drawing.py::test_what_people_typed_stays_text"
    " reports/test_exports.py::test_no_text_becomes_a_formula"
    " slack/frame/test_blocks.py::test_no_text_whatever_becomes_a_mark",
    13: "slack/adversarial/test_inputs.py::test_a_name_that_is_no_mention_is_never_guessed",
    14: "slack/frame/test_forms.py::test_a_click_whose_form_opens_too_late_offers_the_button"
    " slack/adversarial/test_repeated_requests.py::test_a_form_that_slack_opens_no_more_comes"
    " slack/adversarial/test_repeated_requests.py::test_a_form_that_opens_too_late_is_offered",
    15: "slack/frame/test_sending.py::test_the_sixth_answer_through_an_address_comes_as_a_direct"
    " slack/frame/test_sending.py::test_an_answer_whose_address_has_expired_comes_as_a_direct",
    16: "slack/frame/test_sending.py::test_a_card_for_a_channel_that_takes_nothing_goes_to",
    17: "slack/frame/test_sending.py::test_a_deleted_card_comes_back_only_while_something_is_to",
    18: "slack/frame/test_sending.py::test_nobody_writes_to_people_who_have_left"
    " team/test_members.py::test_a_person_without_a_profile_runs_timers_in_the_workspaces_zone"
    " slack/timer/test_waiting.py::test_when_an_approver_leaves_the_owner_gets_the_hours_at_once"
    " slack/adversarial/test_other_people_and_places.py::test_somebody_who_left_is_not_written_to"
    " slack/adversarial/test_other_people_and_places.py::test_a_new_name_is_shown_and_the_old",
    19: "slack/frame/test_sending.py::test_a_pause_that_slack_asks_for_is_kept"
    " slack/frame/test_sending.py::test_a_pause_in_the_middle_tells_each_person_once"
    " slack/frame/test_sending.py::test_a_pause_holds_back_all_of_the_kind",
    20: "slack/frame/test_sending.py::test_a_post_that_slack_did_in_part_is_not_repeated"
    " slack/frame/test_sending.py::test_a_card_whose_answer_was_lost_is_not_posted_again",
    21: "slack/frame/test_sending.py::test_messages_wait_while_the_token_is_gone"
    " slack/timer/test_events.py::test_a_removed_app_is_noted_and_says_nothing_more",
    22: "timekeeping/test_clock_changes.py::test_"
    " slack/timer/test_clock_changes.py::test_the_short_night_and_a_flight_are_told"
    " billing/test_periods.py::test_a_send_time_that_the_clock_change_skips_moves_forward",
    23: "billing/test_runs.py::test_a_run_opens_when_it_is_due_and_only_once"
    " billing/test_runs.py::test_two_missed_periods_are_caught_up_oldest_first"
    " jobs/test_timetable.py::test_a_late_beat_is_made_up_for_and_beats_never_overlap",
    24: "slack/rendering/test_everything_drawn.py::test_everything_that_is_drawn_is_literal"
    " slack/timer/test_places.py::test_the_type_ahead_finds_one_of_three_hundred_clients",
    25: "slack/timer/test_forms.py::test_two_windows_on_one_entry_write_once"
    " slack/frame/test_forms.py::test_a_form_sent_by_two_presses_saves_once"
    " timekeeping/test_durations.py::test_what_is_no_duration_is_refused_with_an_example"
    " slack/adversarial/test_inputs.py::test_a_form_whose_fields_never_came_is_answered"
    " slack/adversarial/test_strange_requests.py::test_a_megabyte_is_not_read_and_the_timer_runs",
}
"""How the names of the tests begin, by the number of what they stand against."""


def test_nothing_of_the_list_is_left_out() -> None:
    assert sorted(HELD_BY) == list(range(1, 26))


@pytest.mark.parametrize("number", sorted(HELD_BY))
def test_each_has_a_test_that_is_there(number: int) -> None:
    for named in HELD_BY[number].split():
        file, _, name = named.partition("::")
        assert f"def {name}" in (TESTS / file).read_text("utf-8")
