"""The one place that wires adapters to use cases: a module a function, so that each loads only what it uses.

Everything is made once, when a function's process starts, and travels in its snapshot; nothing secret is opened then.
"""
