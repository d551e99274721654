"""The unsubscribe page and the one-click POST: no log-in, no cookies, no redirects."""
