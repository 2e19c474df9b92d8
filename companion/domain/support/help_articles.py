"""Help articles: reading them, and filling in the store's own numbers.

An article is a Markdown file with a short head between two ``---`` lines (``title``, ``group``, ``keywords``,
``errors``); what stands in braces in its text, such as ``{return_window}``, comes from the store's profile. A link to
another article is ``[its title](article:name)``.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping

from companion.domain.billing.shipping import transit_words
from companion.domain.core.model import Model
from companion.domain.core.text import FormatMoney, business_days, joined
from companion.domain.core.time.periods import Period
from companion.domain.store.profile import CountedFrom, Profile


class Group(enum.StrEnum):
    """The groups that topics are shown in, in their order."""

    MONEY = "money"
    DOWNLOAD = "download"
    INSTALL = "install"
    AFTER = "after"

    @property
    def heading(self) -> str:
        """The group's name as it is shown."""
        return _GROUP_TITLES[self]


_GROUP_TITLES = {
    Group.MONEY: "Money",
    Group.DOWNLOAD: "Orders and downloads",
    Group.INSTALL: "Installing",
    Group.AFTER: "Afterwards",
}


class Article(Model, frozen=True):
    """One help article; `name` is its file name without ending, `errors` the error codes it helps with."""

    name: str
    title: str
    group: Group
    keywords: tuple[str, ...]
    errors: tuple[str, ...]
    body: str


_FIELD = re.compile(r"\{([a-z_]+)\}")
_LINK = re.compile(r"\]\(article:([a-z0-9-]+)\)")
_NAMED_LINK = re.compile(r"\[([^\]]*)\]\(article:([a-z0-9-]+)\)")
_WEB_LINK = re.compile(r"\[([^\]]*)\]\((https?://[^)]*)\)")
_LITTLE_WORD = re.compile(r"^(?:an?|the|your)\s+")


def read_article(name: str, text: str) -> Article:
    """Read the article `name` from its file's `text`.

    Raises `ValueError` when the head is missing, has no title, or names no group there is.
    """
    opening, *rest = text.replace("\r\n", "\n").split("---\n", 2)
    if opening.strip() or len(rest) < 2:
        raise ValueError(f"help article {name} has no head")
    head = dict(_pair(line) for line in rest[0].splitlines() if line.strip())
    if not head.get("title"):
        raise ValueError(f"help article {name} has no title")
    return Article(
        name=name,
        title=head["title"],
        group=Group(head.get("group", Group.AFTER)),
        keywords=_list(head.get("keywords", "")),
        errors=_list(head.get("errors", "")),
        body=rest[1].strip() + "\n",
    )


def _pair(line: str) -> tuple[str, str]:
    key, _, value = line.partition(":")
    return key.strip(), value.strip()


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def filled(article: Article, values: Mapping[str, str]) -> Article:
    """`article` with `values` in place of its fields; a field that has none is left out."""

    def fill(text: str) -> str:
        return _FIELD.sub(lambda field: values.get(field.group(1), ""), text)

    return Article(
        name=article.name,
        title=fill(article.title),
        group=article.group,
        keywords=article.keywords,
        errors=article.errors,
        body=fill(article.body),
    )


def sorting_key(title: str) -> str:
    """Returns what a title is sorted by: without an article or another little word at its beginning."""
    return _LITTLE_WORD.sub("", title.casefold())


def linked_articles(article: Article) -> tuple[str, ...]:
    """Returns the names of the articles that an article links to."""
    return tuple(_LINK.findall(article.body))


def plain_body(article: Article) -> str:
    """Returns the text for a terminal, which shows neither bold type nor links: each link names its article."""
    text = _NAMED_LINK.sub(r"\1 (\2)", article.body)
    return _WEB_LINK.sub(r"\2", text).replace("**", "")


def values_of(profile: Profile, format_money: FormatMoney) -> dict[str, str]:
    """What can stand in braces in an article, from the store's profile."""
    policies = profile.policies
    return {
        "store_name": profile.store.name,
        "store_website": profile.store.website,
        "support_website": profile.support.website or profile.store.website,
        "statement_descriptor": profile.store.statement_descriptor,
        "return_window": policies.returns.window.as_words(),
        "credit_days": business_days(policies.returns.credit_business_days),
        "renewal_credit_days": business_days(policies.returns.renewal_credit_business_days),
        "hold_days": business_days(policies.payment.hold_business_days),
        "charged_after": policies.payment.download_charged_after.as_words(),
        "payment_methods": joined(policies.payment.methods),
        "dispatch_days": str(policies.shipping.dispatch_business_days.most) + " business days",
        "download_window": policies.downloads.window.as_words(),
        **{name: sentence(profile, format_money) for name, sentence in _SENTENCES.items()},
    }


GENERAL: dict[str, str] = {
    "store_name": "the store",
    "store_website": "the store's own page",
    "support_website": "the store's own page",
    "statement_descriptor": "as the store's order page says",
    "return_window": "the time the store allows",
    "credit_days": "some business days",
    "renewal_credit_days": "some business days",
    "hold_days": "a few business days",
    "charged_after": "soon",
    "payment_methods": "the methods the store offers",
    "dispatch_days": "a few business days",
    "download_window": "as long as the store allows",
    "return_rule": "The order says what the days count from.",
    "letter_sentence": "If something was sent to you, the order says whether a letter has to be accepted.",
    "shipping_methods": "The order says how it travels and when to expect it.",
    "extension_sentence": "When it has closed, the order says whether it can be opened again.",
    "case_sentence": "Capital and small letters usually matter in keys, so copying is safer than typing.",
    "renewal_key_sentence": "Whether a renewal brings a new key is shown with the licence.",
    "no_renewal_sentence": "Not every one of them allows auto-renewal.",
    "backup_sentence": "Some stores offer a physical copy of a download.",
    "privacy_sentence": "Its privacy policy is on its website.",
    "reminder_leads": "- in time before each charge, and before a licence, a download window or a return ends",
}
"""The values of the fields while no store is known: true of every store, and so without numbers."""


def _return_rule(profile: Profile, _format_money: FormatMoney) -> str:
    words = {
        CountedFrom.ORDER_DATE: "the day of the order",
        CountedFrom.SHIP_DATE: "the day it is shipped",
        CountedFrom.UNKNOWN: "a day by the store's own rule",
    }
    policy = profile.policies.returns
    download, physical = words[policy.download_counts_from], words[policy.physical_counts_from]
    if download == physical:
        return f"The days count from {download}."
    return f"For a download the days count from {download}; for something that is sent to you, from {physical}."


def _letter(profile: Profile, _format_money: FormatMoney) -> str:
    if not profile.policies.returns.letter_of_destruction_for_physical:
        return "Nothing has to be signed for it."
    return (
        "If something was sent to you, you also accept an Electronic Letter of Destruction before the refund is "
        "processed: a short statement that the disc and all copies are destroyed."
    )


def _shipping(profile: Profile, _format_money: FormatMoney) -> str:
    said = []
    for method in profile.policies.shipping.methods:
        tracked = "with a tracking number" if method.tracked else "without a tracking number"
        abroad = transit_words(method.international)
        said.append(f"- **{method.name}**: {transit_words(method.domestic)}, abroad {abroad}, {tracked}.")
    return "\n".join(said) or "Nothing is shipped by this store."


def _extension(profile: Profile, _format_money: FormatMoney) -> str:
    if profile.policies.downloads.extension_possible:
        return "When it has closed, choose **Ask to open it again**; the store then opens it or tells you why not."
    return "This store does not open a window again, so download in time."


def _case(profile: Profile, _format_money: FormatMoney) -> str:
    if profile.policies.keys_case_sensitive:
        return "Capital and small letters matter in keys, so copying is safer than typing."
    return "Capital and small letters do not matter in keys."


def _renewal_key(profile: Profile, _format_money: FormatMoney) -> str:
    if profile.policies.renewal_keeps_key:
        return "A renewal brings **no new key**: the key of your earlier purchase goes on being valid."
    return "A renewal brings a new key, which you find on the order of the renewal."


def _no_renewal_methods(profile: Profile, _format_money: FormatMoney) -> str:
    methods = profile.policies.payment.methods_without_auto_renewal
    return f"With {joined(methods, 'or')} there is no auto-renewal." if methods else "All of them allow auto-renewal."


def _backup(profile: Profile, format_money: FormatMoney) -> str:
    policy = profile.policies.backup_medium
    if not policy.offered:
        return "This store offers no physical copy of a download."
    cost = f" It costs {format_money(policy.price)}." if policy.price is not None else ""
    return f"The {policy.name} is a physical copy of a download you bought.{cost}"


def _reminders(profile: Profile, _format_money: FormatMoney) -> str:
    leads = profile.policies.reminders
    return (
        f"- before a renewal charge: {_before(leads.renewal)}\n- before a licence ends: {_before(leads.expiry)}\n"
        f"- before a download window closes: {_before(leads.download_window)}\n"
        f"- before a return is no longer possible: {_before(leads.return_deadline)}"
    )


def _before(leads: tuple[Period, ...]) -> str:
    words = [lead.as_words() for lead in leads]
    return joined([word if word != "0 days" else "on the day itself" for word in words]) or "never"


def _privacy(profile: Profile, _format_money: FormatMoney) -> str:
    url = profile.store.privacy_url
    if url is None:
        return f"{profile.store.name} names no page about privacy; its website may: {profile.store.website}"
    return f"Its privacy policy: [{url}]({url})"


_SENTENCES: dict[str, Callable[[Profile, FormatMoney], str]] = {
    "return_rule": _return_rule,
    "letter_sentence": _letter,
    "privacy_sentence": _privacy,
    "shipping_methods": _shipping,
    "extension_sentence": _extension,
    "case_sentence": _case,
    "renewal_key_sentence": _renewal_key,
    "no_renewal_sentence": _no_renewal_methods,
    "backup_sentence": _backup,
    "reminder_leads": _reminders,
}
