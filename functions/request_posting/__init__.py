"""Service requests, from their customer's side."""
