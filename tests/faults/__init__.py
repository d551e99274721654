"""What happens when AWS fails, at every call that the functions make."""
