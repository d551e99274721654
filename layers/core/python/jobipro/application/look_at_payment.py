"""Stripe is asked about a payment, and what it shows is added to what is known, the card included."""

from dataclasses import dataclass, replace

from jobipro.application.ports.payments import Payments
from jobipro.application.ports.storage import Load, Write
from jobipro.application.ports.stripe import Stripe
from jobipro.domain.errors import Conflict, SubjectErased
from jobipro.domain.payments import Card, Payment, folded
from jobipro.domain.stripe import NotAtStripe, shown


@dataclass(frozen=True, slots=True, repr=False)
class Looked:
    """A payment as it is kept and as it is known by now, and what has to be written with it."""

    before: Payment
    after: Payment
    writes: tuple[Write, ...] = ()


@dataclass(frozen=True, slots=True)
class LookAtPayment:
    """Add what Stripe shows of an authorisation, which is all there is to know of it but disputes and warnings.

    The card is sealed under the customer's record key, which whoever verified an address has. A customer whose record
    key was destroyed has no card here any more.
    """

    load: Load
    payments: Payments
    stripe: Stripe

    def __call__(self, known: Looked, intent: str) -> Looked:
        """Return what is known now; the same as before when Stripe does not know the intent.

        Raises Unavailable when Stripe does not answer, Conflict when the payment was changed meanwhile.
        """
        try:
            seen = self.stripe.intent(intent)
        except NotAtStripe:
            return known
        after = folded(known.after, shown(seen))
        if after.authorisations[intent].doubtful:
            after = folded(after, shown(seen, self.stripe.refunds(intent)))
        fact = after.authorisations[intent]
        if seen.card is None or not fact.charge:
            return replace(known, after=after)
        return self._with_card(replace(known, after=after), fact.n, seen.card)

    def _with_card(self, known: Looked, n: int, card: Card) -> Looked:
        try:
            opened = self.load(self.payments.payment(known.before.id, known.before.customer))
        except SubjectErased:
            return known
        if opened is None or opened.version != known.before.version:
            raise Conflict
        if opened.private is None or n < opened.private.card_of:
            return known
        private = replace(opened.private, card=card, card_of=n)
        return Looked(opened, replace(known.after, private=private, key=opened.key), known.writes)
