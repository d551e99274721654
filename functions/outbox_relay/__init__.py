"""Hands each event to the queues that want it, as soon as the outbox has it."""
