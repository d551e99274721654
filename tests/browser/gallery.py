"""Every page and every kind of mail, reached as a person reaches it; each page is left open in a tab of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from playwright.sync_api import Browser

from jobipro.domain.events import EventType
from jobipro.domain.lifecycle import Actor, State
from jobipro.domain.messages import KINDS, TELLS, TRUE_IN
from jobipro.domain.payments import Authorisation, Card, Refund, RefundState, Standing
from tests.browser.tabs import Tab
from tests.integration import insider
from tests.integration.people import MONTREAL, QUEBEC_CITY, Person, settled, somebody
from tests.integration.stack import Mail, Stack, links

LOCALES: Mapping[str, str] = {"en": "en-CA", "fr": "fr-CA", "both": "de-CH"}
"""What the browser asks for, by the language in which pages come; a reader of neither of ours gets both."""

LOOKED_AT = (
    "verify",
    "link-not-valid",
    "reset-password",
    "unsubscribe",
    "unsubscribe-account",
)
"""The pages that links lead to."""

ANSWERS = (
    "verified",
    "verified-choose-password",
    "verify-taken",
    "address-changed",
    "reset-password-refused",
    "password-reset-done",
    "unsubscribed",
    "unsubscribed-all",
)
"""The pages that buttons lead to, in the language of the button."""

PAGES = [(name, language) for name in LOOKED_AT for language in LOCALES] + [
    (name, language) for name in ANSWERS for language in ("en", "fr")
]

WORDS: Mapping[str, Mapping[str, Any]] = {
    "en": {
        "title": "Kitchen tap drips",
        "description": "It has dripped since Monday, more when hot.\n\nEvenings suit me best.",
        "location": MONTREAL,
    },
    "fr": {
        "title": "Le robinet de la cuisine goutte",
        "description": "Il goutte depuis lundi, surtout à l’eau chaude.\n\nLe soir me convient le mieux.",
        "location": QUEBEC_CITY,
    },
}
"""What is asked for, in each language somewhere else."""

SUBJECTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "verify-address": "Confirm your e-mail address",
        "already-registered": "You already have",
        "reset-password": "Choose a new password",
        "password-changed": "Your password was changed",
        "verify-new-address": "Confirm your new",
        "address-change-told": "A new address",
        "address-changed": "The e-mail address",
        "request-posted": "Your request is posted",
        "opportunity": "New request near you",
        "offer-made": "You have an offer",
        "provider-engaged": "You chose a provider",
        "offer-accepted": "Your offer was accepted",
        "job-completed": "Please confirm that the job",
        "job-confirmed": "The job is confirmed",
        "job-cancelled": "The job is cancelled",
        "job-disputed": "The job is in dispute",
        "request-expired": "Your request has ended",
        "payment-receipt": "Your receipt",
        "payment-refunded": "Your refund",
        "payment-needed": "Please authorise your payment",
    },
    "fr": {
        "verify-address": "Confirmez votre adresse courriel",
        "already-registered": "Vous avez déjà",
        "reset-password": "Choisissez un nouveau mot de passe",
        "password-changed": "Votre mot de passe a été changé",
        "verify-new-address": "Confirmez votre nouvelle adresse",
        "address-change-told": "Une nouvelle adresse",
        "address-changed": "L’adresse courriel",
        "request-posted": "Votre demande est publiée",
        "opportunity": "Nouvelle demande près de chez vous",
        "offer-made": "Vous avez une offre",
        "provider-engaged": "Vous avez choisi un prestataire",
        "offer-accepted": "Votre offre est acceptée",
        "job-completed": "Confirmez que le travail",
        "job-confirmed": "Le travail est confirmé",
        "job-cancelled": "Le travail est annulé",
        "job-disputed": "Le travail est contesté",
        "request-expired": "Votre demande a pris fin",
        "payment-receipt": "Votre reçu",
        "payment-refunded": "Votre remboursement",
        "payment-needed": "Autorisez votre paiement",
    },
}
"""How the subject of each kind of mail begins."""


JOBS = sorted({min(TRUE_IN[KINDS[about]]) for _, about in TELLS})
"""The states of requests of which both sides are told."""

VISA = Card("visa", "4242", 12, 2031, "credit", "fingerprint")


@dataclass(slots=True)
class Gallery:
    """What there is to see: pages by name and language, mails by kind and language."""

    pages: dict[tuple[str, str], Tab] = field(default_factory=dict)
    mails: dict[tuple[str, str], Mail] = field(default_factory=dict)


def gallery(stack: Stack, browser: Browser) -> Gallery:
    """Return a gallery with everything in it."""
    whole = Gallery()
    for _ in zip_longest(*(_Walk(stack, browser, language, whole).steps() for language in ("en", "fr"))):
        settled(stack)
    return whole


class _Walk:
    """What one language's people do; each step ends where mails are waited for."""

    def __init__(self, stack: Stack, browser: Browser, language: str, whole: Gallery) -> None:
        seen_in = ("en", "both") if language == "en" else (language,)
        self._contexts = {each: browser.new_context(locale=LOCALES[each]) for each in seen_in}
        self._stack = stack
        self._language = language
        self._whole = whole
        self._people = [
            somebody(stack, name, language=language, role="provider" if name in ("giver", "worker") else "customer")
            for name in ("asker", "giver", "twice", "moved", "owner", "worker")
        ]
        self._asker, self._giver, self._twice, self._moved, self._owner, self._worker = self._people
        self._jobs: dict[State, str] = {}

    def steps(self) -> Iterator[None]:
        """Go everywhere."""
        self._sign_up()
        yield
        self._verify()
        yield
        self._ask()
        yield
        self._choose_password()
        yield
        self._move()
        yield
        self._work()
        yield
        self._unsubscribe()
        self._collect()

    def _sign_up(self) -> None:
        for person in (self._asker, self._giver, self._twice, self._twice, self._owner, self._worker):
            assert person.sign_up().status_code == 202

    def _verify(self) -> None:
        (confirming,) = self._links(self._asker, "/verify/")
        self._look("verify", confirming)
        self._open("verified", confirming).pressed()
        self._look("link-not-valid", confirming)
        first, second = self._links(self._twice, "/verify/")
        self._open("verified-choose-password", first).pressed()
        self._open("verify-taken", second).pressed()
        for person in (self._giver, self._owner, self._worker):
            assert person.verify().status_code == 200
        self._giver.log_in()
        assert self._giver.offer("plumbing", base=WORDS[self._language]["location"]).status_code == 200

    def _ask(self) -> None:
        self._asker.log_in()
        assert self._asker.post_request(**WORDS[self._language]).status_code == 201
        self._owner.log_in()
        self._worker.log_in()
        for state in JOBS:  # nobody covers this trade, so nobody hears of them
            posted = self._owner.post_request(**WORDS[self._language], trade="roofing")
            self._jobs[state] = posted.json()["id"]
        assert self._asker.sign_up().status_code == 202
        assert self._asker.api.post("/password-resets", {"email": self._asker.email}).status_code == 202

    def _choose_password(self) -> None:
        (choosing,) = self._links(self._asker, "/password-resets/")
        self._look("reset-password", choosing)
        refused = self._open("reset-password-refused", choosing)
        refused.page.get_by_role("textbox").fill("too short")
        refused.page.locator("form").first.evaluate("form => { form.noValidate = true }")
        refused.pressed()
        done = self._open("password-reset-done", choosing)
        self._asker.password = "five loud birch paddles"
        done.page.get_by_role("textbox").fill(self._asker.password)
        done.pressed()
        self._asker.log_in()
        asked = {"email": self._moved.email, "current_password": self._asker.password}
        assert self._asker.call("POST", "/me/email", asked).status_code == 202

    def _move(self) -> None:
        (confirming,) = self._links(self._moved, "/verify/")
        self._open("address-changed", confirming).pressed()

    def _work(self) -> None:
        """Have jobs and payments stand as they may, and both sides be told of it."""
        stack, owner, worker = self._stack, self._owner.subject, self._worker.subject
        for state, job in self._jobs.items():
            insider.change(stack, "requests", f"R#{job}", "REQUEST", state=state.value, provider=worker)
        for side, about in sorted(TELLS):
            reader = owner if side is Actor.CUSTOMER else worker
            job = self._jobs[min(TRUE_IN[KINDS[about]])]
            insider.tell(stack, EventType.REQUEST_TOLD, reader, request=job, customer=owner, about=about)
        refunds = {"re_1": Refund("re_1", 25000, RefundState.SUCCEEDED)}
        taken = Authorisation("pi_1", 1, Standing.CAPTURED, 123450, captured_cents=123450, refunds=refunds)
        for state, authorisation, kinds in (
            (State.CONFIRMED, taken, (EventType.PAYMENT_SETTLED, EventType.PAYMENT_REFUNDED)),
            (State.COMPLETED, Authorisation("pi_2", 1, Standing.DECLINED, 123450), (EventType.PAYMENT_NEEDED,)),
        ):
            payment = insider.owe(stack, self._jobs[state], owner, worker, authorisation, VISA)
            for kind in kinds:
                insider.tell(stack, kind, owner, request=self._jobs[state], payment=payment)

    def _unsubscribe(self) -> None:
        stopping_all, stopping = self._links(self._giver, "/unsubscribe/")
        self._look("unsubscribe", stopping)
        self._open("unsubscribed", stopping).pressed()
        self._look("unsubscribe-account", stopping_all)
        self._open("unsubscribed-all", stopping_all).pressed()

    def _collect(self) -> None:
        kinds = SUBJECTS[self._language]
        for mail in (mail for person in self._people for mail in person.mails()):
            kind = next(kind for kind, words in kinds.items() if mail["subject"].startswith(words))
            self._whole.mails[kind, self._language] = mail

    def _links(self, person: Person, containing: str) -> list[str]:
        """Return what somebody's mails lead to, oldest first."""
        return [url for mail in person.mails() for url in links(mail) if containing in url]

    def _look(self, name: str, url: str) -> None:
        """Open a page for every reader that this walk cares for."""
        for language, context in self._contexts.items():
            self._whole.pages[name, language] = Tab(context.new_page()).opened(url)

    def _open(self, name: str, url: str) -> Tab:
        """Open what a button is going to be pressed on."""
        tab = Tab(self._contexts[self._language].new_page()).opened(url)
        self._whole.pages[name, self._language] = tab
        return tab
