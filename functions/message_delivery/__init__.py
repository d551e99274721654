"""The only function that may write to people: it sends the mail that an event leads to."""
