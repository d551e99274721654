"""Which providers cover what, and which of them hear of a request."""
