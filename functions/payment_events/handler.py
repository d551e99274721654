"""Lambda entry of payment events: queue `payments`."""

from functions.payment_events.settings import settings
from jobipro.bootstrap.payment_events import payment_events
from jobipro.queues import consume

handler = consume("payment_events", payment_events(settings()))
