"""What a PC is checked by before a purchase is installed whose store has no profile: the rules of its maker."""

from __future__ import annotations

from companion.domain.core.business_days import Days
from companion.domain.core.time.periods import Period
from companion.domain.directory.lookup import blocker_rules
from companion.domain.directory.maker import Maker
from companion.domain.store.profile import (
    BackupMediumPolicy,
    CountedFrom,
    DownloadPolicy,
    PaymentPolicy,
    Policies,
    Profile,
    ReminderLeads,
    ReturnPolicy,
    ShippingPolicy,
    StoreIdentity,
    Support,
)


def check_profile(name: str, maker: Maker | None) -> Profile:
    """Returns a profile for checking this PC only: the programs that block products of `maker`, and no requirements.

    The policies of a store are in no check; they stand here as "nothing is offered".
    """
    website = maker.website.address if maker is not None else ""
    return Profile(
        id="directory",
        store=StoreIdentity(name=name, website=website, statement_descriptor="", time_zone="UTC"),
        policies=_NO_POLICIES,
        support=Support(entries=()),
        blockers=blocker_rules(maker) if maker is not None else (),
    )


_NO_DAYS = Days(least=0, most=0)
_NO_POLICIES = Policies(
    returns=ReturnPolicy(
        window=Period(),
        download_counts_from=CountedFrom.ORDER_DATE,
        physical_counts_from=CountedFrom.ORDER_DATE,
        letter_of_destruction_for_physical=False,
        credit_business_days=_NO_DAYS,
        renewal_credit_business_days=_NO_DAYS,
    ),
    shipping=ShippingPolicy(home_country="", dispatch_business_days=_NO_DAYS, methods=()),
    payment=PaymentPolicy(
        download_charged_after=Period(), hold_business_days=_NO_DAYS, methods=(), methods_without_auto_renewal=()
    ),
    downloads=DownloadPolicy(window=Period(), extension_possible=False),
    reminders=ReminderLeads(renewal=(), expiry=(), download_window=(), return_deadline=()),
    backup_medium=BackupMediumPolicy(offered=False, name=""),
    keys_case_sensitive=True,
    renewal_keeps_key=True,
)
