"""The names of things: opaque, 128 random bits each, with a prefix that says what they name."""

from typing import NewType

SubjectId = NewType("SubjectId", str)
"""A person, `sub_…`."""
RequestId = NewType("RequestId", str)
"""A service request, `req_…`."""
OfferId = NewType("OfferId", str)
"""What a provider offers for a request, `off_…`."""
PaymentId = NewType("PaymentId", str)
"""The payment of a request, `pay_…`; there is one a request, and it carries the request's own random part."""
UploadId = NewType("UploadId", str)
"""An image that was sent, `upl_…`."""
EventId = NewType("EventId", str)
"""Something that happened, `evt_…`."""
ApprovalId = NewType("ApprovalId", str)
"""An approval or withdrawal, `apr_…`."""
SubscriptionId = NewType("SubscriptionId", bytes)
"""What an unsubscribe link names: 16 random bytes."""

SERVICE = SubjectId("svc_coverage")
"""The service itself as a subject: its key seals coverage rows, since a request opens those of everybody near by, and
events that are about nobody name it."""
