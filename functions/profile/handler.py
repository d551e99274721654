"""Lambda entry of the profile: /me and what belongs to it."""

from jobipro.starting import starting

with starting():
    from functions.profile.routes import blueprint, use_cases
    from functions.profile.settings import settings
    from jobipro.http import create_app, entry

    use_cases()  # clients made now travel in the snapshot
    app = create_app("profile", blueprint(), settings=settings())
    handler = entry(app)
