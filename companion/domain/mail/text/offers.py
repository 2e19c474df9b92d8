"""Leaves out of an e-mail what it offers besides: cross-sold goods were not bought."""

from __future__ import annotations

import re
from collections.abc import Sequence

from companion.domain.mail.message.rows import Row
from companion.domain.mail.text.labels import Label
from companion.domain.mail.text.pairs import labels_in

_HEADING = re.compile(
    r"(?i)^(?:you (?:may|might|could) also (?:like|be interested|enjoy|love|need)|(?:you'll|you will) also love"
    r"|customers who bought|customers also bought|people also bought|other customers|recommended (?:for you|products)"
    r"|related products|more from|special offers?\b|frequently bought|our recommendations?|recommendations for you"
    r"|add (?:this|these) to your|upgrade to|complete your|exclusive offers?|picked for you|just for you|also available"
    r"|(?:das|dies) könnte (?:sie|dich|ihnen|dir)|(?:sie|du) könnte(?:n|st) auch|kunden,? die|kunden kauften"
    r"|weitere (?:produkte|angebote|empfehlungen)|unsere empfehlung|empfehlungen für|ähnliche produkte|passend dazu"
    r"|vous (?:aimerez|pourriez|pourrez|apprécierez)|les clients|nos recommandations|produits (?:similaires|associés)"
    r"|à découvrir|recommandé pour vous|offres? spéciales?"
    r"|(?:también )?te puede interesar|(?:también )?le puede interesar|quizás? también|los clientes que|también te"
    r"|productos (?:relacionados|recomendados)|recomendado para|ofertas? especial|podría interesar"
    r"|potrebbe(?:ro)? (?:anche )?interessar|ti potrebbe|i clienti|prodotti (?:correlati|consigliati)|consigliati per"
    r"|offert[ae] special|anche questi"
    r"|dit vind je|(?:mogelijk|misschien) (?:ook|vind)|anderen kochten|klanten kochten|aanbevolen|gerelateerde|ook leuk"
    r"|(?:talvez )?também (?:pode|poderá|lhe|vai)|você também pode|clientes (?:que|também)|produtos (?:relacionados"
    r"|recomendados)|recomendado(?:s)? para|poderá gostar|ofertas? especia"
    r"|おすすめ|この商品を(?:買|購入)|関連商品|こちらもおすすめ|あなたへのおすすめ)"
)
_RESUMES = (Label.ORDER_NUMBER, Label.KEY)


def without_offers(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Returns the rows without those below a heading of offers.

    They end where the mail comes back to the order itself: at an order number or a licence key.
    """
    kept: list[Row] = []
    offering = False
    for row in rows:
        text = row.text[:160]
        if len(text) < 120 and _HEADING.match(text.lstrip(" -–—*#¡¿!?>•").replace("’", "'")):
            offering = True
        elif offering and any(label in _RESUMES for label in labels_in(row.cells[0][:100])):
            offering = False
        if not offering:
            kept.append(row)
    return tuple(kept)
