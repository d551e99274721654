"""The privacy policy's commitments, the code that keeps each, and the tests that prove it: `make promises`."""
