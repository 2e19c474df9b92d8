"""The e-mails that three shops sent to the demo's customer, as files that can be dropped on the window."""

from __future__ import annotations

import datetime as dt
import email.message
import email.policy
import email.utils
from pathlib import Path

from companion.demo.shops import edd, woocommerce

RECIPIENT = "Ben Ortiz <ben.ortiz@mail.example>"
NOTHING_LIVE = "Gannet Works"
"""The shop that offers programs nothing at all: what it said in its e-mail is all there is."""


def write_mails(folder: Path, *, woo_link: str, edd_link: str, begun_at: dt.datetime) -> tuple[Path, ...]:
    """Write the three e-mails, dated before `begun_at`; returns their files."""
    folder.mkdir(parents=True, exist_ok=True)
    long_ago, lately = begun_at - dt.timedelta(days=352), begun_at - dt.timedelta(days=96)
    made = {
        "tern-tide-audio.eml": _mail(
            woocommerce.NAME, woocommerce.SENDER, lately, *woocommerce.order_mail(woo_link, lately)
        ),
        "mossgate-tools.eml": _mail(edd.NAME, edd.SENDER, long_ago, *edd.receipt(edd_link, long_ago)),
        "gannet-works.eml": _plain_mail(begun_at - dt.timedelta(days=341)),
    }
    for name, mail in made.items():
        (folder / name).write_bytes(mail.as_bytes(policy=email.policy.SMTP))
    return tuple(folder / name for name in made)


def _headed(name: str, sender: str, sent: dt.datetime, subject: str) -> email.message.EmailMessage:
    mail = email.message.EmailMessage()
    mail["From"] = email.utils.formataddr((name, sender))
    mail["To"] = RECIPIENT
    mail["Subject"] = subject
    mail["Date"] = email.utils.format_datetime(sent)
    return mail


def _mail(name: str, sender: str, sent: dt.datetime, subject: str, html: str) -> email.message.EmailMessage:
    mail = _headed(name, sender, sent, subject)
    mail.set_content(html, subtype="html")
    return mail


def _plain_mail(sent: dt.datetime) -> email.message.EmailMessage:
    """A shop's own words: a key, a term that renews, and the amount it states."""
    ends = sent.date() + dt.timedelta(days=365)
    mail = _headed(NOTHING_LIVE, "orders@gannet-works.example", sent, "Your Gannet Backup licence")
    mail.set_content(
        f"Dear Ben,\n\nthank you for your order.\n\nOrder number: GW-20417\nOrder date: {sent.date()}\n"
        "Product: Gannet Backup\nLicence key: GNTB-7Q2X-94LM-ZK3D\nDevices: 2\n"
        f"Valid until: {ends}\nTotal: 29.00 USD\n\n"
        f"Your subscription renews automatically.\nNext renewal date: {ends}\nRenewal price: 34.00 USD\n\n"
        "Gannet Works\n"
    )
    return mail
