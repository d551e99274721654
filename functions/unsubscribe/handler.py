"""Lambda entry of unsubscribing."""

from jobipro.starting import starting

with starting():
    from functions.unsubscribe.routes import blueprint, use_cases
    from functions.unsubscribe.settings import settings
    from jobipro.http import create_app, entry

    use_cases()  # clients made now travel in the snapshot
    app = create_app("unsubscribe", blueprint(), settings=settings())
    handler = entry(app)
