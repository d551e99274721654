"""Lambda entry of media: queue `media`, to which storage tells of images that came, and the relay of what ended."""

from functions.media.settings import settings
from jobipro.bootstrap.media import media
from jobipro.queues import consume

use_cases = media(settings())
handler = consume("media", use_cases.happened, arrived=use_cases.arrived)
