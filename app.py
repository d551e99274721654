"""Every HTTP route on one app: for local use, tests and the OpenAPI document."""

from functions.payments import routes as payments
from functions.profile import routes as profile
from functions.public import routes as public
from functions.request_posting import routes as request_posting
from functions.signup import routes as signup
from functions.stripe_webhooks import routes as stripe_webhooks
from functions.unsubscribe import routes as unsubscribe
from jobipro.http import create_app

app = create_app(
    "jobipro",
    public.blueprint(),
    signup.blueprint(),
    profile.blueprint(),
    request_posting.blueprint(),
    payments.blueprint(),
    unsubscribe.blueprint(),
    stripe_webhooks.blueprint(),
)
