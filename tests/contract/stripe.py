"""What every way to Stripe does: whoever subclasses `StripeContract` gives the fixtures `stripe` and `pays`.

`pays(intent, good)` pays an intent as its customer does in a browser, with a card that is `good` for ever or once.
"""

import secrets

import pytest

from jobipro.adapters.system import RandomIds
from jobipro.application.ports.stripe import Wanted
from jobipro.domain.ids import PaymentId
from jobipro.domain.stripe import (
    AskedDifferently,
    Declined,
    IntentStatus,
    NotAtStripe,
    NotPossible,
    RefundStatus,
)

CENTS = 12_345


@pytest.fixture
def payment():
    return PaymentId("pay_" + RandomIds().request().removeprefix("req_"))


class StripeContract:
    """Money is held, taken and given back once, however often it is asked for under one key."""

    @pytest.fixture
    def wanted(self, stripe, payment):
        subject = RandomIds().subject()
        return Wanted(payment, 1, CENTS, "CAD", stripe.customer(f"customer/{subject}", subject))

    @pytest.fixture
    def opened(self, stripe, wanted):
        return stripe.open(f"{wanted.payment}/authorise/1", wanted)

    @pytest.fixture
    def held(self, stripe, opened, pays):
        pays(opened.id, good=True)
        return stripe.intent(opened.id)

    @pytest.fixture
    def taken(self, stripe, held, payment):
        return stripe.capture(f"{payment}/capture/1", held.id)

    def test_a_customer_is_made_once_a_key(self, stripe):
        subject = RandomIds().subject()

        assert stripe.customer("customer/" + subject, subject) == stripe.customer("customer/" + subject, subject)

    def test_an_intent_is_ours_by_its_metadata_and_can_be_paid_in_a_browser(self, opened, wanted):
        assert (opened.payment, opened.n) == (wanted.payment, 1)
        assert (opened.cents, opened.currency) == (CENTS, "CAD")
        assert opened.customer == wanted.customer
        assert opened.status is IntentStatus.REQUIRES_PAYMENT_METHOD
        assert opened.client_secret.startswith(opened.id)
        assert opened.card is None

    def test_an_intent_is_made_once_a_key(self, stripe, opened, wanted):
        assert stripe.open(f"{wanted.payment}/authorise/1", wanted).id == opened.id
        assert stripe.open(f"{wanted.payment}/authorise/2", wanted).id != opened.id

    def test_a_key_does_not_serve_for_something_else(self, stripe, opened, wanted):
        other = Wanted(wanted.payment, 1, CENTS + 1, "CAD", wanted.customer)

        with pytest.raises(AskedDifferently):
            stripe.open(f"{wanted.payment}/authorise/1", other)

    def test_what_is_paid_is_held_and_not_taken(self, held):
        assert held.status is IntentStatus.REQUIRES_CAPTURE
        assert held.charge
        assert held.payment_method
        assert held.authorised_at
        assert held.captured_cents == held.refunded_cents == 0
        assert (held.card.brand, held.card.funding) == ("visa", "credit")
        assert len(held.card.last4) == 4
        assert held.card.fingerprint

    def test_capturing_takes_all_once_however_often_it_is_asked(self, stripe, held, payment):
        first = stripe.capture(f"{payment}/capture/1", held.id)
        again = stripe.capture(f"{payment}/capture/1", held.id)

        assert first.status is again.status is IntentStatus.SUCCEEDED
        assert first.captured_cents == again.captured_cents == CENTS

    def test_capturing_under_another_key_is_not_possible_any_more(self, stripe, taken, payment):
        with pytest.raises(NotPossible):
            stripe.capture(f"{payment}/capture/2", taken.id)

    def test_cancelling_lets_go_of_what_is_held(self, stripe, held, payment):
        let_go = stripe.cancel(f"{payment}/cancel/1", held.id)

        assert let_go.status is IntentStatus.CANCELED
        assert stripe.cancel(f"{payment}/cancel/1", held.id).status is IntentStatus.CANCELED
        assert stripe.intent(held.id).captured_cents == 0
        with pytest.raises(NotPossible):
            stripe.cancel(f"{payment}/cancel/2", held.id)

    def test_an_intent_that_nobody_paid_can_be_cancelled(self, stripe, opened, payment):
        assert stripe.cancel(f"{payment}/cancel/1", opened.id).status is IntentStatus.CANCELED

    def test_what_was_taken_cannot_be_let_go(self, stripe, taken, payment):
        with pytest.raises(NotPossible):
            stripe.cancel(f"{payment}/cancel/1", taken.id)

    def test_parts_are_given_back_once_a_key_and_found_by_our_number(self, stripe, taken, payment):
        first = stripe.refund(f"{payment}/refund/1", taken.id, 1, 1_000)
        again = stripe.refund(f"{payment}/refund/1", taken.id, 1, 1_000)
        second = stripe.refund(f"{payment}/refund/2", taken.id, 2, 345)

        assert first == again
        assert first.status is RefundStatus.SUCCEEDED
        assert {(each.n, each.cents) for each in stripe.refunds(taken.id)} == {(1, 1_000), (2, 345)}
        assert {each.id for each in stripe.refunds(taken.id)} == {first.id, second.id}
        assert stripe.intent(taken.id).refunded_cents == 1_345

    def test_the_saved_card_is_authorised_again_without_its_holder(self, stripe, held, wanted):
        again = Wanted(wanted.payment, 2, CENTS, "CAD", wanted.customer)

        second = stripe.authorise(f"{wanted.payment}/authorise/2", again, held.payment_method)

        assert second.status is IntentStatus.REQUIRES_CAPTURE
        assert (second.payment, second.n) == (wanted.payment, 2)
        assert second.id != held.id

    def test_a_card_that_is_good_only_once_is_declined_and_stays_so_under_its_key(self, stripe, opened, wanted, pays):
        method = pays(opened.id, good=False)
        again = Wanted(wanted.payment, 2, CENTS, "CAD", wanted.customer)

        for _ in range(2):
            with pytest.raises(Declined):
                stripe.authorise(f"{wanted.payment}/authorise/2", again, method)

    def test_what_is_not_there_is_said_to_be_so(self, stripe, payment):
        nowhere = f"pi_{secrets.token_hex(7)}"

        with pytest.raises(NotAtStripe):
            stripe.intent(nowhere)
        with pytest.raises(NotAtStripe):
            stripe.capture(f"{payment}/capture/1", nowhere)
