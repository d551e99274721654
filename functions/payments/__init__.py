"""Paying for a request, how that stands, and giving money back."""
