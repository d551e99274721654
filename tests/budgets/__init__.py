"""What a start and a request may cost."""
