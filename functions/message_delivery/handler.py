"""Lambda entry of message delivery: one mail an event of the queue `deliveries`."""

from functions.message_delivery.settings import settings
from jobipro.bootstrap.message_delivery import message_delivery
from jobipro.queues import consume

handler = consume("message_delivery", message_delivery(settings()).deliver_message)
