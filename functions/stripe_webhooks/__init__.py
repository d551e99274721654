"""Where Stripe tells what happened: checked, kept and answered; acted on by another function."""
