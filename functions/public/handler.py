"""Lambda entry of what anybody may ask."""

from jobipro.starting import starting

with starting():
    from functions.public.routes import blueprint
    from functions.public.settings import settings
    from jobipro.http import create_app, entry

    app = create_app("public", blueprint(), settings=settings())
    handler = entry(app)
