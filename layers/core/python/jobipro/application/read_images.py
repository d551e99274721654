"""Who may see the images of a request sees them through short links."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jobipro.application.log_in import admitted
from jobipro.application.ports.people import Accounts
from jobipro.application.ports.requests import Offers, Requests
from jobipro.application.ports.storage import Load
from jobipro.application.ports.uploads import ImageLinks, Uploads
from jobipro.domain.callers import Caller
from jobipro.domain.errors import NotFound
from jobipro.domain.ids import RequestId
from jobipro.domain.requests import open_to
from jobipro.domain.uploads import Image, shown_key


@dataclass(frozen=True, slots=True)
class ShownImage:
    """An image, and a link that shows it for a short while."""

    image: Image
    url: str


@dataclass(frozen=True, slots=True)
class ReadImages:
    """Show the images of a request to its customer."""

    load: Load
    accounts: Accounts
    requests: Requests
    uploads: Uploads
    links: ImageLinks

    def __call__(self, caller: Caller, request: str) -> Sequence[ShownImage]:
        """Raises NotAuthenticated and NotFound."""
        name = RequestId(request)
        account, found, images = self.load(
            self.accounts.account(caller.subject),
            self.requests.request(name, caller.subject),
            self.uploads.images(name),
        )
        admitted(account, caller)
        if found is None:
            raise NotFound
        return _linked(images, self.links)


@dataclass(frozen=True, slots=True)
class ReadOpportunityImages:
    """Show the images of a request to a provider who may see the request.

    It takes none of the customer's keys: whether a request is open, and to whom, stands in clear.
    """

    load: Load
    accounts: Accounts
    requests: Requests
    offers: Offers
    uploads: Uploads
    links: ImageLinks

    def __call__(self, caller: Caller, request: str) -> Sequence[ShownImage]:
        """Raises NotAuthenticated and NotFound."""
        name = RequestId(request)
        account, told, standing, images = self.load(
            self.accounts.account(caller.subject),
            self.offers.opportunity(name, caller.subject),
            self.requests.standing(name),
            self.uploads.images(name),
        )
        admitted(account, caller)
        if told is None or standing is None or not open_to(standing, caller.subject):
            raise NotFound
        return _linked(images, self.links)


def _linked(images: Iterable[Image], links: ImageLinks) -> Sequence[ShownImage]:
    return [ShownImage(image, links.link(shown_key(image.id))) for image in images]
