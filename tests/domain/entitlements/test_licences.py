"""Licences: their keys, and what they are worth at a moment."""

from companion.domain.core.model import Secret
from companion.domain.entitlements.licences import licence_keys, with_licence_keys
from tests.kits.build import Build


def test_keys_are_taken_out_and_put_back_by_licence():
    keyed = Build.licence(id="a", key=Secret("AAAA"))
    order = Build.order(licences=(keyed, Build.licence(id="b")))
    assert licence_keys(order) == {"a": Secret("AAAA")}
    bare = Build.order(licences=(Build.licence(id="a"), Build.licence(id="b")))
    assert with_licence_keys(bare, licence_keys(order)) == order
    assert with_licence_keys(bare, {}) == bare


def test_a_key_in_the_order_is_never_replaced_by_an_older_one():
    order = Build.order(licences=(Build.licence(id="a", key=Secret("NEW")),))
    assert with_licence_keys(order, {"a": Secret("OLD")}) == order
