"""Lambda entry of Stripe's webhooks."""

from jobipro.starting import starting

with starting():
    from functions.stripe_webhooks.routes import blueprint, use_cases
    from functions.stripe_webhooks.settings import settings
    from jobipro.http import create_app, entry

    use_cases()  # clients made now travel in the snapshot
    app = create_app("stripe_webhooks", blueprint(), settings=settings())
    handler = entry(app)
