"""What payments take and give."""

from typing import Annotated, ClassVar

from pydantic import Field

from jobipro.application.open_payment import OpenedPayment
from jobipro.application.read_payment import ShownPayment
from jobipro.application.refund_payment import AskedRefund
from jobipro.domain.payments import Card, Payment, PaymentState
from jobipro.domain.postal import MailingAddress
from jobipro.http import Answer, Body, within
from jobipro.http.places import AddressBody

RequestId = Annotated[
    str, Field(description="Opaque, as `POST /requests` gave it.", examples=["req_aaaaaaaaaaaaaaaaaaaaaaaaaa"])
]
Cents = Annotated[int, Field(ge=0, description="In cents.", examples=[12500])]
Currency = Annotated[str, Field(description="ISO 4217.", examples=["CAD"])]
Status = Annotated[PaymentState, Field(examples=["authorised"])]


class PaymentBody(Body):
    """What there is to say about a payment: where the card's bills go, nothing else. The amount is the offer's."""

    may_be_left_out: ClassVar[bool] = True

    billing_address: Annotated[
        AddressBody | None, Field(description="Kept encrypted with the payment, and given to nobody.")
    ] = None

    def address(self) -> MailingAddress | None:
        """Return the billing address; `Invalid` names what does not fit."""
        if self.billing_address is None:
            return None
        with within("billing_address"):
            return self.billing_address.to_domain()


class OpenedPaymentAnswer(Answer):
    """A payment to pay in the browser."""

    status: Annotated[PaymentState, Field(examples=["open"])]
    amount_cents: Cents
    currency: Currency
    client_secret: Annotated[
        str | None,
        Field(
            description="For Stripe.js, which takes the card; left out when there is nothing to pay now.",
            examples=["pi_aaaaaaaaaaaaaa_secret_aaaaaaaaaaaaaaaa"],
        ),
    ] = None

    @classmethod
    def of(cls, opened: OpenedPayment) -> "OpenedPaymentAnswer":
        """Return the answer that lets a browser pay."""
        payment = opened.payment
        return cls(
            status=payment.state,
            amount_cents=payment.cents,
            currency=payment.currency,
            client_secret=opened.client_secret,
        )


class CardAnswer(Answer):
    """What shows a card to whom it belongs."""

    brand: Annotated[str, Field(examples=["visa"])]
    last4: Annotated[str, Field(examples=["4242"])]

    @classmethod
    def of(cls, card: Card) -> "CardAnswer":
        """Return the answer that shows a card."""
        return cls(brand=card.brand, last4=card.last4)


class PaymentAnswer(Answer):
    """How a payment stands."""

    status: Status
    amount_cents: Cents
    currency: Currency
    captured_cents: Annotated[Cents, Field(description="What was taken, in cents.", examples=[0])]
    refunded_cents: Annotated[Cents, Field(description="What went back or is on its way, in cents.", examples=[0])]
    card: Annotated[CardAnswer | None, Field(description="For the customer alone.")] = None

    @classmethod
    def of(cls, shown: ShownPayment) -> "PaymentAnswer":
        """Return the answer that shows a payment."""
        payment: Payment = shown.payment
        return cls(
            status=payment.state,
            amount_cents=payment.cents,
            currency=payment.currency,
            captured_cents=payment.captured_cents,
            refunded_cents=payment.refunded_cents,
            card=CardAnswer.of(shown.card) if shown.card else None,
        )


class RefundBody(Body):
    """How much goes back."""

    may_be_left_out: ClassVar[bool] = True

    amount_cents: Annotated[
        int | None, Field(ge=1, description="In cents; left out, it is all that is left.", examples=[500])
    ] = None


class RefundAnswer(Answer):
    """A refund that is on its way."""

    number: Annotated[int, Field(description="Of the payment's refunds, from 1.", examples=[1])]
    amount_cents: Annotated[Cents, Field(examples=[500])]
    currency: Currency

    @classmethod
    def of(cls, asked: AskedRefund) -> "RefundAnswer":
        """Return the answer that shows a refund."""
        return cls(number=asked.number, amount_cents=asked.cents, currency=asked.currency)
