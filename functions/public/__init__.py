"""What anybody may ask: whether the service is up, which policy is in force, who processes data for it."""
