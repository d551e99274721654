"""What Stripe tells and what jobs ask for becomes the state of payments."""
