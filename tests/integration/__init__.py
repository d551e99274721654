"""Tests of the deployed stack, over its own doors."""
