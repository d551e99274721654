"""Lambda entry of the outbox relay, woken by what is put into the outbox."""

from functions.outbox_relay.settings import settings
from jobipro.bootstrap.outbox_relay import outbox_relay
from jobipro.queues import consume_outbox

handler = consume_outbox("outbox_relay", outbox_relay(settings()).hand_over)
