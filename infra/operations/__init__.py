"""What an operator does by hand: the command `bin/jobipro`."""
