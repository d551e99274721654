"""Lambda entry of payments."""

from jobipro.starting import starting

with starting():
    from functions.payments.routes import blueprint, use_cases
    from functions.payments.settings import settings
    from jobipro.http import create_app, entry

    use_cases()  # clients made now travel in the snapshot
    app = create_app("payments", blueprint(), settings=settings())
    handler = entry(app)
