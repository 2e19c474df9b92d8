"""Two snapshots of what is installed, compared."""

from __future__ import annotations

import msgspec

from companion.domain.installation.proof.system_record import (
    InstalledProduct,
    RecordView,
    SystemRecord,
    both,
    changes_between,
    product,
)

EDITOR = product("Plain Editor", "PlainEditor", RecordView.MACHINE, version="4.1", publisher="Larkfield")


def test_the_same_record_has_no_changes():
    record = SystemRecord(products=(EDITOR,))
    assert not changes_between(record, record)


def test_what_is_new_changed_and_gone_is_told_apart():
    updated = msgspec.structs.replace(EDITOR, version="4.2")
    viewer = product("Viewer", "Viewer", RecordView.USER)
    changes = changes_between(
        SystemRecord(products=(EDITOR, product("Old", "Old", RecordView.MACHINE))),
        SystemRecord(products=(updated, viewer)),
    )
    assert changes.added == (viewer,)
    assert changes.changed == ((EDITOR, updated),)
    assert [entry.key for entry in changes.removed] == ["Old"]


def test_a_key_is_the_same_in_any_letter_case_but_not_in_another_view():
    spelled = msgspec.structs.replace(EDITOR, key="PLAINEDITOR", version="4.2")
    changes = changes_between(SystemRecord(products=(EDITOR,)), SystemRecord(products=(spelled,)))
    assert changes.changed == ((EDITOR, spelled),)
    elsewhere = msgspec.structs.replace(EDITOR, view=RecordView.MACHINE_32)
    changes = changes_between(SystemRecord(products=(EDITOR,)), SystemRecord(products=(EDITOR, elsewhere)))
    assert changes.added == (elsewhere,)


def test_texts_that_other_installers_wrote_are_made_harmless():
    found = product("Safe\u202eexe.fdp", "Key", RecordView.USER, version=" 1.0\n", publisher="\x1b[31mEvil")
    assert found == InstalledProduct(
        name="Safeexe.fdp", key="Key", view=RecordView.USER, version="1.0", publisher="[31mEvil"
    )
    assert product("\0", "{GUID}", RecordView.USER).name == "{GUID}"


def test_two_records_are_known_only_together():
    missing = SystemRecord.unknown("rpm does not answer")
    assert both(SystemRecord(products=(EDITOR,)), missing) == SystemRecord(
        products=(EDITOR,), known=False, reason="rpm does not answer"
    )
    assert both(SystemRecord(), SystemRecord()).known
