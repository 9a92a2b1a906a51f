"""Which routes each browser test looks at, and which routes answer a GET with something other than a page.

``conftest`` holds each test to its line: what it looked at is what stands here, neither less nor more. ``test_visited``
takes the routes of the policies, and finds the page that no test looks at.
"""

from __future__ import annotations

from niangjia.config.policies import ROUTES

VISITED: dict[str, set[str]] = {
    "test_from_the_poster_to_a_card_that_a_stranger_checks": {
        "console:board",
        "console:elsewhere",
        "console:join-code-poster",
        "console:join-codes",
        "console:join-request",
        "console:joining-queue",
        "console:members",
        "mobile:card",
        "mobile:home",
        "mobile:join",
        "mobile:join-code",
        "mobile:join-step",
        "mobile:request",
        "mobile:request-withdraw",
        "mobile:verify",
    },
    "test_a_roster_from_the_file_to_the_roll_and_back": {
        "console:intake",
        "console:intake-batch",
        "console:intake-undo",
        "console:notices",
    },
    "test_a_list_is_taken_out_and_the_office_above_sees_it": {
        "console:export",
        "console:export-new",
        "console:exports",
    },
    "test_a_queue_of_very_many_pairs_says_about_and_how_to_come_to_the_rest": {"console:duplicates"},
    "test_a_clerk_works_through_the_people_with_two_records": {
        "console:duplicate",
        "console:duplicates",
    },
    "test_an_order_from_the_draft_to_the_day_and_back": {
        "console:board",
        "console:notices",
        "console:order",
        "console:order-take-back",
        "console:orders",
    },
    "test_a_list_of_employers_with_some_in_doubt": {
        "console:employer-doubts",
        "console:intake",
        "console:intake-batch",
    },
    "test_a_list_of_officers_from_the_file_to_the_page": {
        "console:intake",
        "console:intake-batch",
        "console:officers",
    },
    "test_held_rows_are_decided_beside_the_register": {
        "console:held-row",
        "console:held-rows",
        "console:intake",
        "console:intake-batch",
    },
    "test_a_worker_mends_the_own_row_by_phone": {
        "console:held-mending",
        "console:held-rows",
        "console:intake-batch",
        "mobile:mend",
    },
    "test_two_hundred_faults_are_mended_in_two_rounds": {"console:intake-batch"},
    "test_names_that_tell_no_union_are_explained_once": {"console:intake-batch"},
    "test_signing_in_and_what_is_refused": {
        "account_inactive",
        "account_login",
        "mfa_authenticate",
        "mobile:home",
        "mobile:sign-in",
        "mobile:sign-in-code",
    },
    "test_ones_account_and_ones_offices": {
        "account_offices",
        "mfa_activate_totp",
        "mfa_index",
        "mobile:home",
    },
    "test_the_desks_of_those_who_see_no_roll": {"console:home", "console:notices"},
    "test_the_superiors_pages_with_a_late_request_a_notice_and_a_case": {
        "console:board",
        "console:elsewhere",
        "console:intake",
        "console:join-codes",
        "console:joining-queue",
        "console:members",
        "console:notices",
    },
    "test_a_worker_who_was_not_accepted_and_reads_why": {
        "mobile:first-link",
        "mobile:home",
        "mobile:notices",
        "mobile:request",
    },
    "test_a_request_that_the_worker_took_back": {"console:join-request", "mobile:request"},
    "test_a_request_that_lapsed": {"console:join-request", "mobile:notices", "mobile:request"},
    "test_a_member_whose_spell_has_ended_has_no_card": {"mobile:card", "mobile:home"},
    "test_the_password_and_the_codes_on_paper": {
        "account_change_password",
        "account_logout",
        "mfa_generate_recovery_codes",
        "mfa_index",
        "mfa_view_recovery_codes",
    },
    "test_the_app_is_set_up_and_moved_to_another_phone": {"mfa_activate_totp", "mfa_deactivate_totp"},
    "test_is_it_you": {"account_reauthenticate", "mfa_reauthenticate"},
    "test_mistakes_at_the_door_are_said": {
        "account_change_password",
        "account_login",
        "mfa_activate_totp",
        "mfa_authenticate",
        "mobile:sign-in",
        "mobile:sign-in-code",
    },
    "test_what_does_not_exist_and_what_is_not_yours_look_alike": set(),
    "test_a_form_that_was_open_too_long_and_a_limit": set(),
}

WITHOUT_A_PAGE = {
    "ui:language": "leads back",
    "ui:large-type": "leads back",
    "account_next_step": "leads on",
    "mobile:me": "leads on",
    "console:export-file": "is a file",
    "console:intake-repair": "is a workbook",
    "console:intake-template": "is a workbook",
    "console:order-template": "is a workbook",
}


def pages() -> set[str]:
    """Return the routes that answer a GET with a page."""
    return {name for name, route in ROUTES.items() if "GET" in route.methods} - set(WITHOUT_A_PAGE)
