"""WooCommerce: a shop system without an interface for customers; its order mail says what was bought."""

from __future__ import annotations

from companion.domain.connectors.capabilities import Capabilities, Capability, Way

KIND = "woocommerce"
CAPABILITIES = Capabilities(
    kind=KIND,
    title="WooCommerce",
    ways={
        Capability.READ: Way.EMAIL,
        Capability.SEATS: Way.PAGE,
        Capability.ACTIVATE: Way.PAGE,
        Capability.NEWEST_VERSION: Way.PAGE,
        Capability.DOWNLOAD: Way.LIVE,
        Capability.SWITCH_AUTO_RENEW: Way.PAGE,
        Capability.EXTEND_DOWNLOAD: Way.PAGE,
        Capability.INVOICE: Way.EMAIL,
        Capability.RETURNS: Way.PAGE,
        Capability.PAYMENTS: Way.EMAIL,
        Capability.SHIPPING: Way.EMAIL,
        Capability.BACKUP_MEDIUM: Way.NONE,
        Capability.SUPPORT_CASE: Way.PAGE,
    },
)
