"""Lambda entry of service requests."""

from jobipro.starting import starting

with starting():
    from functions.request_posting.routes import blueprint, use_cases
    from functions.request_posting.settings import settings
    from jobipro.http import create_app, entry

    use_cases()  # clients made now travel in the snapshot
    app = create_app("request_posting", blueprint(), settings=settings())
    handler = entry(app)
