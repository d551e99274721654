"""Every system JobiPro talks to, each behind a port."""
