"""What the use cases need, as Protocols.

Reading and writing are values: a repository makes a `Read`, `Write` or `Search`, the use case gathers the ones that
belong together, and one call carries them out: `load` is one look at several rows, `commit` one transaction.
"""
