"""In-memory stand-ins for what the adapters talk to; the contract suites hold each to its original."""
