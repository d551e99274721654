"""JobiPro's core: rules, use cases, and the adapters that carry them out."""

__version__ = "0.1.0"
