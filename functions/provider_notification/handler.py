"""Lambda entry of provider notification: queue `matching`."""

from functions.provider_notification.settings import settings
from jobipro.bootstrap.provider_notification import provider_notification
from jobipro.queues import consume

handler = consume("provider_notification", provider_notification(settings()))
