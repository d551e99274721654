"""Does each minute what falls due by the clock."""
