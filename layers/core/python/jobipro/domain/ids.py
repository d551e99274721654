"""The names of things: opaque, 128 random bits each, with a prefix that says what they name."""

from typing import NewType

SubjectId = NewType("SubjectId", str)
"""A person, `sub_…`."""
RequestId = NewType("RequestId", str)
"""A service request, `req_…`."""
EventId = NewType("EventId", str)
"""Something that happened, `evt_…`."""
ApprovalId = NewType("ApprovalId", str)
"""An approval or withdrawal, `apr_…`."""
SubscriptionId = NewType("SubscriptionId", bytes)
"""What an unsubscribe link names: 16 random bytes."""
