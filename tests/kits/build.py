"""Orders and a profile to decide about, built from as few words as a test needs."""

import datetime as dt

from msgspec.structs import replace

from companion.domain.core.business_days import Days
from companion.domain.core.money import Money
from companion.domain.core.platform import Platform
from companion.domain.core.time.periods import Period
from companion.domain.reminders.due import Reminder
from companion.domain.reminders.settings import Shown
from companion.domain.store.orders import (
    Charge,
    ChargeKind,
    Download,
    Licence,
    LicenceStatus,
    LineItem,
    LineItemKind,
    Order,
    OrderStatus,
    Seat,
    Subscription,
    SubscriptionStatus,
)
from companion.domain.store.profile import (
    BackupMediumPolicy,
    CountedFrom,
    DownloadPolicy,
    MakerName,
    OpeningHours,
    PaymentPolicy,
    Policies,
    Profile,
    ReminderLeads,
    ReturnPolicy,
    ShippingMethod,
    ShippingPolicy,
    StoreIdentity,
    Support,
    SupportEntry,
)
from companion.domain.store.returns import ReturnEligibility

NOW = dt.datetime(2027, 3, 10, 12, 0, tzinfo=dt.UTC)


def day(offset: float, now: dt.datetime = NOW) -> dt.datetime:
    return now + dt.timedelta(days=offset)


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


def periods(*texts: str) -> tuple[Period, ...]:
    return tuple(Period.parse(text) for text in texts)


class Build:
    """Builders with quiet defaults: an annual suite bought 20 days ago, with nothing urgent about it."""

    NOW = NOW
    day = staticmethod(day)
    usd = staticmethod(usd)
    periods = staticmethod(periods)

    @staticmethod
    def licence(**changes: object) -> Licence:
        return replace(
            Licence(
                id="lic-1",
                product_id="suite",
                product_name="Harbour Suite",
                status=LicenceStatus.ACTIVE,
                starts_at=day(-20),
                expires_at=day(345),
                seats_total=3,
                subscription_id="sub-1",
            ),
            **changes,
        )

    @staticmethod
    def seat(**changes: object) -> Seat:
        return replace(Seat(id="pc-1", name="Kitchen PC", taken_at=day(-19)), **changes)

    @staticmethod
    def subscription(**changes: object) -> Subscription:
        return replace(
            Subscription(
                id="sub-1",
                licence_id="lic-1",
                status=SubscriptionStatus.ACTIVE,
                auto_renew=True,
                term=Period(years=1),
                active_until=day(345),
                next_charge_at=day(344),
                price=usd(5500),
                renewal_price=usd(5500),
                version="1",
            ),
            **changes,
        )

    @staticmethod
    def download(**changes: object) -> Download:
        return replace(
            Download(
                artifact_id="art-1",
                licence_id="lic-1",
                name="Harbour Suite setup",
                version="12.1",
                platform=Platform.WINDOWS,
                filename="harbour-setup.exe",
                size=1000,
                available_from=day(-20),
                available_until=day(10),
            ),
            **changes,
        )

    @staticmethod
    def charge(**changes: object) -> Charge:
        return replace(
            Charge(
                id="ch-1",
                kind=ChargeKind.CHARGE,
                at=day(-19),
                amount=usd(5500),
                statement_descriptor="LRK*HARBOUR",
                about="order",
            ),
            **changes,
        )

    @staticmethod
    def line_item(**changes: object) -> LineItem:
        return replace(
            LineItem(
                id="item-1",
                product_id="suite",
                name="Harbour Suite",
                kind=LineItemKind.DOWNLOAD,
                quantity=1,
                price=usd(5500),
            ),
            **changes,
        )

    @classmethod
    def order(cls, **changes: object) -> Order:
        return replace(
            Order(
                number="LF-1001",
                status=OrderStatus.COMPLETED,
                placed_at=day(-20),
                country="US",
                currency="USD",
                total=usd(5500),
                line_items=(cls.line_item(),),
                return_eligibility=ReturnEligibility(
                    eligible=True, counted_from=day(-20), deadline=day(10), rule="30 days from the order date"
                ),
                licences=(cls.licence(),),
                subscriptions=(cls.subscription(),),
                downloads=(cls.download(),),
            ),
            **changes,
        )

    @staticmethod
    def shown(reminder: Reminder, now: dt.datetime) -> Shown:
        """The record of a reminder that was shown and not answered."""
        return Shown(subject=reminder.subject.address, lead=reminder.lead, shown_at=now)

    @staticmethod
    def entry(**changes: object) -> SupportEntry:
        return replace(
            SupportEntry(
                id="general",
                name="General support",
                phone="+18005550100",
                time_zone="America/New_York",
                hours=(OpeningHours(weekdays=(1, 2, 3, 4, 5), opens=dt.time(9), closes=dt.time(17)),),
            ),
            **changes,
        )

    @classmethod
    def profile(cls, **changes: object) -> Profile:
        return replace(
            Profile(
                id="larkfield",
                store=StoreIdentity(
                    name="Larkfield",
                    website="https://larkfield.example",
                    statement_descriptor="LRK*HARBOUR",
                    time_zone="America/New_York",
                ),
                policies=policies(),
                support=Support(
                    entries=(cls.entry(), cls.entry(id="hp", name="HP desk", phone="+18005550101", makers=("HP",))),
                    makers=(
                        MakerName(name="HP", spellings=("HP", "Hewlett-Packard", "HP Inc.")),
                        MakerName(name="Dell", spellings=("Dell Inc.",)),
                    ),
                ),
            ),
            **changes,
        )


def policies() -> Policies:
    return Policies(
        returns=ReturnPolicy(
            window=Period(days=30),
            download_counts_from=CountedFrom.ORDER_DATE,
            physical_counts_from=CountedFrom.SHIP_DATE,
            letter_of_destruction_for_physical=True,
            credit_business_days=Days(least=5, most=7),
            renewal_credit_business_days=Days(least=5, most=6),
        ),
        shipping=ShippingPolicy(
            home_country="US",
            dispatch_business_days=Days(least=0, most=2),
            methods=(
                ShippingMethod(
                    code="first",
                    name="First Class",
                    domestic=Days(least=3, most=7),
                    international=Days(least=7, most=21),
                    tracked=False,
                ),
                ShippingMethod(
                    code="priority", name="Priority", domestic=Days(least=2, most=4), international=None, tracked=True
                ),
            ),
        ),
        payment=PaymentPolicy(
            download_charged_after=Period(days=1),
            hold_business_days=Days(least=1, most=2),
            methods=("Visa", "PayPal"),
            methods_without_auto_renewal=("Wire transfer",),
        ),
        downloads=DownloadPolicy(window=Period(days=30), extension_possible=True),
        reminders=ReminderLeads(
            renewal=periods("P30D", "P7D"),
            expiry=periods("P30D", "P14D", "P7D", "P3D", "P1D", "P0D"),
            download_window=periods("P7D", "P2D", "P1D"),
            return_deadline=periods("P3D", "P1D"),
        ),
        backup_medium=BackupMediumPolicy(offered=True, name="Backup DVD", price=usd(999)),
        keys_case_sensitive=True,
        renewal_keeps_key=True,
    )
