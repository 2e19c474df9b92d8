"""The promises of SECURITY.md, and the tests that hold each. ``python -m tests.promises.table`` prints the rows.

Every test stands where its subject stands; what several promises share stands there once.
"""

from __future__ import annotations

from typing import NamedTuple


class Promise(NamedTuple):
    """A promise by its name, in one sentence, with the tests that fail when it is broken (file under tests, name)."""

    name: str
    sentence: str
    tests: tuple[str, ...] = ()
    measured: str = ""
    """The benchmark that shows it where a test cannot, since it needs gigabytes or minutes."""
    windows: tuple[str, ...] = ()
    """Tests that show on Windows' own programs what other systems do in another way (``dev.py test-windows``)."""
    recorded: str = ""
    """What no test here can show, and whose word it is taken on."""


_P = Promise
PROMISES = (
    _P("no-secret-on-disk",
       "Passwords, keys, card digits, tokens and signed addresses are written to no file in clear.",
       ("e2e/test_keychain.py::test_no_secret_is_anywhere_else",
        "services/storage/test_database.py::test_an_orders_secrets_do_not_reach_the_file")),
    _P("no-secret-in-the-log", "The log contains no secret, even at its most detailed level.",
       ("services/app/test_paths_and_log.py::test_the_http_libraries_do_not_log_addresses",
        "services/downloads/test_routes.py::test_no_secret_reaches_log_or_disk")),
    _P("no-secret-in-arguments", "No program is started with a secret among its arguments or in its environment.",
       ("services/store/test_keychain.py::test_no_program_is_started",)),
    _P("no-secret-in-tracebacks", "Error messages, log lines and tracebacks contain no secret.",
       ("services/app/test_paths_and_log.py::test_secrets_are_cleaned_out_of_lines_and_tracebacks",)),
    _P("no-secret-in-case-files", "A case file for support contains no secret in any spelling.",
       ("cli/commands/support/test_case_file.py::test_the_case_file_tells_the_story_without_the_secrets",
        "domain/core/test_redaction.py::test_a_known_secret_never_survives")),
    _P("copied-keys-leave-no-trace", "Copied keys are kept out of clipboard histories.",
       ("ui/widgets/test_widgets.py::test_a_key_is_masked_until_asked_for_and_copied_without_a_trace",),
       recorded="that Windows leaves marked content out of its history is documented by Microsoft (clipboard formats)"),
    _P("the-clipboard-is-cleared",
       "A copied key is cleared from the clipboard after 30 seconds; anything copied since stays.",
       ("ui/widgets/test_widgets.py::test_the_clipboard_is_cleared_after_30_seconds_even_when_the_page_is_gone",
        "ui/widgets/test_widgets.py::test_what_was_copied_meanwhile_stays")),
    _P("only-the-systems-keychain",
       "A plaintext store is never used instead of a keychain, even if the environment names one.",
       ("services/store/test_keychain.py::test_a_keychain_named_in_the_environment_is_not_used",)),
    _P("too-long-is-said", "Credentials that are too long for a keychain are refused before anything is written.",
       ("services/store/test_keychain.py::test_what_no_keychain_could_hold_is_refused",)),
    _P("a-silent-keychain-holds-nothing-up", "A keychain that never answers blocks neither the window nor a command.",
       ("services/store/test_keychain.py::test_a_keychain_that_never_answers_blocks_no_command",
        "ui/app/test_quitting.py::test_quitting_does_not_wait_for_a_locked_keychain")),
    _P("a-locked-keychain-asks-once",
       "The person is asked to unlock the keychain once, and again only when they ask for it.",
       ("services/store/test_locked_keychain.py::test_nineteen_readers_at_once_are_one_question",
        "services/store/test_locked_keychain.py::test_after_cancelling_it_is_asked_again_only_on_request")),
    _P("removed-is-gone", "Removing an order deletes its credentials and verifies that they are gone.",
       ("e2e/test_keychain.py::test_the_password_is_really_kept_and_really_gone",)),
    _P("only-safe-addresses", "Only https addresses are called, and http addresses of this PC itself.",
       ("services/store/calls/test_client.py::test_only_safe_addresses_are_called",
        "services/downloads/test_faults.py::test_unsafe_addresses")),
    _P("credentials-stay-with-their-store", "Credentials are not passed on when a server redirects.",
       ("services/store/calls/test_client.py::test_a_redirect_is_not_followed_with_the_password",
        "services/downloads/test_tls.py::test_a_redirect_to_another_origin_takes_nothing_along")),
    _P("no-credentials-from-files", "Credentials in .netrc are never sent.",
       ("services/downloads/test_tls.py::test_a_redirect_to_another_origin_takes_nothing_along",)),
    _P("certificates-are-checked", "Nothing is sent to a server whose certificate cannot be verified.",
       ("services/downloads/test_tls.py::test_false_certificates",)),
    _P("proxy-passwords-stay-secret", "A proxy's password appears in no log and no message.",
       ("services/downloads/test_routes.py::test_no_secret_reaches_log_or_disk",)),
    _P("memory-stays-bounded", "The memory that a download needs does not grow with the size of the file.",
       measured="benchmarks.downloads"),
    _P("no-more-than-promised", "A download that sends more data than promised is ended before the disk is full.",
       ("services/downloads/test_faults.py::test_endless_data_past_the_size",
        "services/downloads/test_faults.py::test_more_than_the_pieces_while_the_size_is_not_known")),
    _P("answers-are-bounded",
       "A store's answers are read within fixed limits, and an invalid part does not affect the others.",
       ("hostile/test_spoiled_answers.py::test_the_client_reads_them_or_says_why_not",
        "hostile/test_spoiled_answers.py::test_the_terminal_says_a_clear_sentence",
        "hostile/test_spoiled_answers.py::test_the_window_shows_everything_else",
        "domain/core/untrusted/test_bounded.py::test_a_date_that_cannot_be_right_is_not_known_and_told")),
    _P("every-call-ends",
       "Every call to a store has a time limit, and the program quits even while a store does not answer.",
       ("services/store/calls/test_time_limits.py::test_a_call_ends_in_time",
        "cli/test_waiting.py::test_what_is_known_is_shown_with_its_time",
        "cli/test_waiting.py::test_a_command_that_changes_something_says_once_that_it_waits_and_goes_on",
        "ui/app/test_quitting.py::test_a_signal_ends_the_program_while_its_store_never_ends_an_answer")),
    _P("two-files-are-never-joined",
       "A download is resumed only with the same file, as proven by its strong ETag or its digest.",
       ("services/downloads/test_faults.py::test_cut_without_a_strong_tag_and_digest_never_joins",)),
    _P("a-kill-costs-no-byte", "A download that was killed at any moment can be completed correctly afterwards.",
       ("services/downloads/test_disasters.py::test_killed_at_any_instant",)),
    _P("a-full-disk-is-said", "A lack of disk space is reported, and nothing is lost by it.",
       ("services/downloads/test_disks.py::test_too_small_disk_is_said_before_anything_is_fetched",
        "services/downloads/test_disks.py::test_disk_fills_up_in_the_middle")),
    _P("names-are-harmless", "A file name from a store cannot lead out of the folder or disguise the type of the file.",
       ("domain/transfers/test_filenames.py::test_safe_names_are_safe_and_stay_as_they_are",)),
    _P("marked-as-from-the-internet", "A file is marked as coming from the internet before it gets its final name.",
       ("services/downloads/test_disasters.py::test_mark_comes_before_the_final_name",),
       windows=("windows/test_programs.py::test_what_only_windows_has",)),
    _P("only-the-publisher", "An installer is not started if its publisher is not the one that was promised.",
       ("services/installation/test_runner.py::test_the_publisher_must_agree_where_there_is_one",
        "services/installation/test_runner.py::test_where_the_publisher_signs_an_unsigned_installer_is_refused")),
    _P("what-is-checked-is-what-runs", "A file that is replaced between the check and the start is not run.",
       ("services/installation/test_runner.py::test_another_program_of_the_same_user_exchanges_nothing",
        "services/platforms/test_installers.py::test_a_copy_that_is_not_what_was_verified_is_not_run"),
       windows=("windows/test_story.py::test_the_verified_installer_cannot_be_exchanged_before_it_starts",)),
    _P("updates-are-proven",
       "No update is installed unless its publisher has signed it, even if the server or the network is compromised.",
       ("services/updates/test_attacks.py::test_arbitrary_software_is_not_taken",
        "services/updates/test_attacks.py::test_an_old_state_is_not_taken_for_a_new_one",
        "services/updates/test_folders.py::test_killed_at_any_step_one_whole_version_is_there_and_the_next_try_works")),
    _P("no-older-version-unasked",
       "A version older than the one last seen is pointed out and installed only with consent.",
       ("cli/commands/pc/test_install.py::test_an_older_version_than_the_one_seen_needs_consent",
        "services/installation/test_file_installer.py::test_a_newer_version_that_is_installed_is_asked_about")),
    _P("a-kill-costs-no-note", "The library loses no data that it has confirmed, even if the program is killed.",
       ("services/storage/test_survival.py::test_a_writer_killed_at_any_instant_loses_nothing_it_had_acknowledged",
        "e2e/test_killed_commands.py::test_an_order_is_added_whole_or_not_at_all",
        "e2e/test_killed_commands.py::test_what_was_switched_is_known_and_has_its_receipt")),
    _P("a-lost-library-comes-back", "A damaged or empty library is restored from a daily copy, and the person is told.",
       ("services/storage/test_restoring.py::test_a_library_that_was_lost_comes_back_from_the_copy",
        "cli/test_failures.py::test_a_lost_library_comes_back_with_a_sentence_before_anything_else")),
    _P("read-only-is-readable", "Where nothing can be written, everything can still be read.",
       ("services/storage/test_survival.py::test_where_nothing_can_be_written_everything_is_read",
        "cli/test_nothing_can_be_saved.py::test_everything_that_can_be_read_is_shown",
        "cli/test_nothing_can_be_saved.py::test_what_cannot_be_saved_is_refused_and_changes_nothing",
        "ui/app/notices/test_library.py::test_where_nothing_can_be_written_the_window_opens_and_says_so_once")),
    _P("a-newer-library-is-left-alone",
       "A library written by a newer version is not changed, and that version is named.",
       ("services/storage/test_restoring.py::test_a_newer_library_is_left_untouched_and_the_version_is_named",)),
    _P("one-program", "A second start brings the window of the first to the front.",
       ("services/app/instance/test_running_program.py::test_the_request_arrives",
        "ui/app/lifetime/test_single_instance.py::test_a_second_start_hands_its_wishes_over"),
       measured="benchmarks.second_start"),
    _P("reminded-once", "Each date is announced in time, and never twice.",
       ("services/test_reminders_over_years.py::test_each_is_shown_in_time_and_never_twice",)),
    _P("clocks-may-jump", "Travel and clock changes neither lose nor repeat a reminder.",
       ("services/test_reminders_over_years.py::test_travel_and_a_clock_that_jumps_for_years_change_nothing",)),
    _P("missed-dates-are-one-notice", "Missed dates are announced immediately, in one notice.",
       ("ui/app/test_reminder_controller.py::test_several_at_once_become_one_summary",)),
    _P("reminded-without-a-tray", "Without a tray and without system notifications, the window shows the reminders.",
       ("ui/app/test_reminder_controller.py::test_without_tray_and_daemon_the_window_tells_with_all_its_buttons",)),
    _P("a-lost-answer-is-not-known",
       "If the answer to a change is lost, the result is reported as unknown and read again.",
       ("services/store/test_lost_answers.py::test_the_receipt_comes_with_the_order_that_is_read_again",
        "services/store/test_lost_answers.py::test_while_nothing_can_be_read_it_is_not_known_yet_also_across_a_start")),
    _P("many-purchases-are-no-burden", "The window never freezes, and reading one order does not read the others.",
       ("ui/test_gui_thread.py::test_no_page_and_no_dialog_blocks_the_window",
        "services/store/test_orders.py::test_a_refresh_decodes_one_order_however_many_there_are"),
       measured="benchmarks.smoothness"),
    _P("foreign-text-does-not-act",
       "Text from a store or an e-mail is only shown as text, in a terminal, a file and the window.",
       ("ui/widgets/test_widgets.py::test_text_from_outside_is_never_taken_for_markup",
        "domain/mail/test_hostile_addresses.py::test_what_is_pasted_is_warned_of",
        "domain/mail/test_hostile_addresses.py::test_nothing_is_asked_or_opened_there",
        "hostile/test_hostile_texts.py::test_no_command_prints_what_acts",
        "hostile/test_hostile_texts.py::test_no_file_holds_what_acts")),
    _P("idle-costs-nothing", "In the tray the program is almost idle, and its memory does not grow.",
       measured="benchmarks.idle"),
    _P("stores-are-not-stormed", "A store is asked a few times a day, and no more often after an outage.",
       ("benchmarks/test_year.py::test_no_store_is_asked_more_than_a_few_times_a_day",
        "benchmarks/test_year.py::test_a_store_that_was_down_is_not_stormed_when_it_answers_again",
        "services/store/test_looking.py::test_no_call_of_a_look_is_repeated_when_the_store_is_in_trouble")),
    _P("usable-without-a-mouse", "Everything can be reached by keyboard, in the order in which it is read.",
       ("ui/test_keyboard.py::test_tab_goes_through_a_page_as_it_is_read_and_stays_in_sight",)),
    _P("amounts-are-exact", "No digit of an amount is lost or changed in any language.",
       ("ui/look/test_format.py::test_no_digit_of_an_amount_is_lost",
        "ui/look/test_format.py::test_amounts_are_written_as_the_locale_writes_them")),
    _P("everything-can-be-removed", "One command lists and removes everything that the program has stored on a PC.",
       ("cli/commands/app/test_uninstall_data.py::test_it_is_listed_asked_about_and_removed",
        "cli/commands/app/test_uninstall_data.py::"
        "test_secrets_are_removed_and_a_keychain_that_fails_keeps_the_library")),
    _P("a-page-is-no-installer", "A web page that is sent instead of a file is recognised and not kept.",
       ("services/downloads/test_faults.py::test_captive_portal",)),
)  # fmt: skip


def rows() -> list[str]:
    """Returns the table of SECURITY.md, one row for each promise."""
    found = ["| promise | held by |", "| --- | --- |"]
    for promise in PROMISES:
        held = [f"`{test}`" for test in promise.tests]
        held += [f"measured by `python -m {promise.measured}`"] if promise.measured else []
        held += [f"on Windows: `{test}`" for test in promise.windows]
        held += [f"not tested: {promise.recorded}"] if promise.recorded else []
        found.append(f"| {promise.sentence} | {'<br>'.join(held)} |")
    return found


if __name__ == "__main__":
    print("\n".join(rows()))
