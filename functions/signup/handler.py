"""Lambda entry of sign-up, address verification and log-in."""

from jobipro.starting import starting

with starting():
    from functions.signup.routes import blueprint, use_cases
    from functions.signup.settings import settings
    from jobipro.http import create_app, entry

    use_cases()  # clients made now travel in the snapshot
    app = create_app("signup", blueprint(), settings=settings())
    handler = entry(app)
