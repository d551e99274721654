"""Sign-up, verification, log-in, passwords and addresses."""
