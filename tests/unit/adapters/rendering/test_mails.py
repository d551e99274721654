"""Mails say what they must, in both languages, and nothing that somebody else could have put there."""

import os
import re
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobipro.adapters.rendering.identification import Identification
from jobipro.adapters.rendering.mails import USES, Links, Mail, render
from jobipro.domain.errors import Unintelligible
from jobipro.domain.language import Language
from jobipro.domain.lifecycle import Actor
from jobipro.domain.messages import KINDS
from tests.unit.adapters.rendering.documents import contrast, read

EVERY = [(kind, language) for kind in sorted(KINDS) for language in Language]
UNPROVEN = sorted(name for name, kind in KINDS.items() if kind.unproven)
WITH_TOKEN = sorted(name for name, kind in KINDS.items() if kind.token)
URL = re.compile(r"https?://[^\s<>]+")
SENDER = Identification("JobiPro Inc.", "hello@jobipro.example", "1 Main Street, Toronto", "officer@jobipro.example")
UNSUBSCRIBE = Links(None, "https://api.jobipro.example/unsubscribe/u1")


def opportunity(title="Leaking tap", description="It leaks.", language=Language.EN, **more) -> Mail:
    facts = {"trade": "Plumbing", "title": title, "description": description, "latitude": 45.5, "longitude": -73.6}
    return render("opportunity", language, {**facts, **more}, UNSUBSCRIBE, SENDER)


@pytest.mark.commitment("officer.designated")
@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_mail_says_who_sends_it_and_who_guards_privacy(kind, language, facts, links, identification):
    mail = render(kind, language, facts, links, identification)

    for part in (mail.text, read(mail.html).text):
        assert identification.sender_name in part
        assert identification.postal_address in part
        assert identification.officer_email in part


@pytest.mark.commitment("approval.unsubscribe")
@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_mail_ends_with_the_unsubscribe_link(kind, language, facts, links, identification):
    mail = render(kind, language, facts, links, identification)
    last = read(mail.html).all("a")[-1]

    assert mail.text.rstrip("\n").splitlines()[-1] == links.unsubscribe
    assert last.attributes["href"] == links.unsubscribe
    assert ("unsubscribe" if language is Language.EN else "se désabonner") in last.text.lower()
    assert read(mail.html).text.rstrip().endswith(last.text)


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_mail_says_why_it_came(kind, language, facts, links, identification):
    mail = render(kind, language, facts, links, identification)
    why = "You get this message because" if language is Language.EN else "Vous recevez ce message parce qu"

    assert why in mail.text
    assert why in mail.html


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_text_and_html_lead_to_the_same_places(kind, language, facts, links, identification):
    mail = render(kind, language, facts, links, identification)
    in_html = [link for link in read(mail.html).links if not link.startswith("mailto:")]

    assert URL.findall(mail.text) == in_html


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_text_and_html_use_the_same_words(kind, language, facts, links, identification):
    mail = render(kind, language, facts, links, identification)
    in_text = re.sub(r"^(> ?|-{8,}$)", "", URL.sub("", mail.text), flags=re.MULTILINE).split()

    assert read(mail.html).text.removeprefix("\n").split()[1:] == in_text


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_a_mail_fetches_and_runs_nothing(kind, language, facts, links, identification):
    document = read(render(kind, language, facts, links, identification).html)

    assert document.loading == []
    assert document.all("form") == []


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_the_html_is_sound_for_every_reader(kind, language, facts, links, identification):
    document = read(render(kind, language, facts, links, identification).html)

    assert document.unbalanced == []
    assert document.all("html")[0].attributes["lang"] == language
    assert len(document.all("h1")) == 1
    assert all(table.attributes["role"] == "presentation" for table in document.all("table"))
    assert all(link.text.strip() and "://" not in link.text for link in document.all("a"))
    assert "width=device-width" in str(document.all("meta"))


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_no_template_syntax_is_left_over(kind, language, facts, links, identification):
    mail = render(kind, language, facts, links, identification)

    assert not re.search(r"{{|}}|{%|%}|\bNone\b|Undefined", mail.subject + mail.text + mail.html)
    assert mail.subject == " ".join(mail.subject.split(" "))
    assert "\n\n\n" not in mail.text


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_french_is_written_as_french_is(kind, facts, links, identification):
    mail = render(kind, Language.FR, facts, links, identification)
    english = render(kind, Language.EN, facts, links, identification)
    spoken = mail.subject + "\n" + URL.sub("", mail.text)

    assert not re.search(r" [:;!?»]|« |'|[^\xa0\d]:(?!\d)", spoken), "blanks before signs, or straight apostrophes"
    assert "e-mail" not in spoken
    assert mail.subject != english.subject


@pytest.mark.parametrize("kind", UNPROVEN)
@pytest.mark.parametrize("language", Language)
def test_mail_to_an_unproven_address_takes_no_word_of_the_caller(kind, language, facts, links, identification):
    personal = {**facts, "given_name": "Zebulon", "title": "Zebulon", "why": "Zebulon", "heading": "Zebulon"}

    mail = render(kind, language, personal, links, identification)

    assert mail == render(kind, language, {}, links, identification)


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_facts_that_a_mail_does_not_use_leave_every_byte_as_it_was(kind, language, facts, links, identification):
    private = {
        "action": "https://evil.example",
        "place": "Laval",
        "given_name": "Zoé",
        "family_name": "Q",
        "email": "z@q.example",
        "phone": "+15145550100",
        "street": "1 A",
    }

    for leading in (links, replace(links, action=None)) if kind not in WITH_TOKEN else (links,):
        mail = render(kind, language, {**facts, **private}, leading, identification)

        assert mail == render(kind, language, facts, leading, identification)


@pytest.mark.commitment("approval.implicit", "sharing.request-details")
@given(
    noise=st.dictionaries(
        st.text(min_size=1).filter(
            lambda name: name not in {"trade", "title", "description", "latitude", "longitude", "action"}
        ),
        st.text() | st.integers(),
    )
)
def test_a_provider_learns_nothing_from_what_is_not_shared(noise):
    assert opportunity() == render(
        "opportunity",
        Language.EN,
        noise
        | {
            "trade": "Plumbing",
            "title": "Leaking tap",
            "description": "It leaks.",
            "latitude": 45.5,
            "longitude": -73.6,
        },
        UNSUBSCRIBE,
        SENDER,
    )


def test_no_kind_of_mail_to_an_unproven_address_uses_facts():
    assert not set(UNPROVEN) & USES.keys()
    assert USES.keys() <= KINDS.keys()


@pytest.mark.commitment("purpose.share-as-asked")
@pytest.mark.parametrize("kind", sorted(kind for kind, uses in USES.items() if "side" in uses))
@pytest.mark.parametrize("language", Language)
def test_each_side_reads_what_the_other_one_did(kind, language, facts, links, identification):
    words = {side: render(kind, language, {**facts, "side": side}, links, identification) for side in Actor}
    theirs = re.compile("le prestataire|the provider", re.IGNORECASE)

    opening = {side: mail.text.split("\n\n")[1] for side, mail in words.items()}
    assert theirs.search(opening[Actor.CUSTOMER])
    assert not theirs.search(opening[Actor.PROVIDER])
    assert words[Actor.CUSTOMER].subject == words[Actor.PROVIDER].subject


@pytest.mark.parametrize(
    ("kind", "language", "words"),
    [
        ("job-completed", Language.EN, "You have 72 hours. Without a word from you by November 25, 2026, at 3:04 p.m."),
        ("job-completed", Language.FR, "avant le 25 novembre 2026 à 15 h 04"),
        ("job-confirmed", Language.FR, "en 72 heures"),
        ("request-expired", Language.EN, "in 30 days"),
    ],
)
def test_a_mail_says_by_when(kind, language, words, facts, links, identification):
    assert words in render(kind, language, facts, links, identification).text.replace("\xa0", " ")


def test_an_area_is_told_to_a_hundredth_of_a_degree():
    assert opportunity(latitude=45.501234, longitude=-73.567891) == opportunity(latitude=45.5, longitude=-73.57)
    assert "45.50°\xa0N, 73.60°\xa0W" in opportunity().text
    assert "45,50°\xa0N, 73,60°\xa0O" in opportunity(language=Language.FR).text


@pytest.mark.parametrize(("kind", "fact"), [(kind, fact) for kind, uses in USES.items() for fact in uses])
@pytest.mark.parametrize("language", Language)
def test_a_missing_fact_is_an_error(kind, fact, language, facts, links, identification):
    del facts[fact]

    with pytest.raises(Unintelligible):
        render(kind, language, facts, links, identification)


@pytest.mark.parametrize("kind", WITH_TOKEN)
def test_a_mail_that_asks_for_something_needs_its_link(kind, facts, identification):
    with pytest.raises(Unintelligible):
        render(kind, Language.EN, facts, UNSUBSCRIBE, identification)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - set(WITH_TOKEN)))
@pytest.mark.parametrize("language", Language)
def test_other_mails_do_without_one(kind, language, facts, identification):
    mail = render(kind, language, facts, UNSUBSCRIBE, identification)

    assert URL.findall(mail.text) == [UNSUBSCRIBE.unsubscribe]


@pytest.mark.parametrize("kind", ["", "newsletter", "../pages/verify", "mail", "opportunity.en"])
def test_an_unknown_kind_is_an_error(kind, facts, links, identification):
    with pytest.raises(Unintelligible):
        render(kind, Language.EN, facts, links, identification)


@pytest.mark.parametrize(
    ("kind", "language", "words"),
    [
        ("verify-address", Language.EN, "24 hours"),
        ("verify-address", Language.FR, "24\xa0heures"),
        ("verify-new-address", Language.EN, "24 hours"),
        ("reset-password", Language.EN, "1 hour."),
        ("reset-password", Language.FR, "1\xa0heure."),
    ],
)
def test_a_mail_says_how_long_its_link_works(kind, language, words, links, identification):
    assert words in render(kind, language, {}, links, identification).text


def test_html_in_a_title_is_text_to_the_reader():
    mail = opportunity(title='<a href="https://evil.example">Win</a>', description="</blockquote><script>x</script>")

    assert read(mail.html).links == read(opportunity().html).links
    assert read(mail.html).loading == []
    assert '<a href="https://evil.example">Win</a>' in read(mail.html).text
    assert '<a href="https://evil.example">Win</a>' in mail.text


def test_template_syntax_in_a_title_is_text_to_the_reader():
    mail = opportunity(title="{{ 7 * 7 }} {% if x %}", description="{{ officer_email }}")

    assert mail.subject == "New request near you: {{ 7 * 7 }} {% if x %}"
    assert "> {{ officer_email }}" in mail.text
    assert "{{ officer_email }}" in mail.html


def test_a_title_stays_on_one_line():
    mail = opportunity(title="Tap\r\nBcc: x@evil.example\u2028\x85\x0b\x00More")

    assert mail.subject == "New request near you: Tap Bcc: x@evil.example More"
    assert "Title: Tap Bcc: x@evil.example More\n" in mail.text


def test_the_lines_of_a_description_are_kept_and_marked_as_a_quotation():
    mail = opportunity(description="One\r\nTwo\n\n--------------------------------\nUnsubscribe")

    assert "> One\n> Two\n> \n> --------------------------------\n> Unsubscribe\n" in mail.text
    assert mail.html.count("<br>") == opportunity().html.count("<br>") + 4


def test_overrides_of_the_writing_direction_are_dropped():
    mail = opportunity(title="\u202egnp.exe\u202c\u2066a\u2069\u200f", description="b\u202d\ufeff\u2067c")

    assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]", mail.subject + mail.text + mail.html)
    assert mail.subject.endswith("gnp.exea")


def test_emoji_and_other_scripts_are_kept():
    title = "Peinture 👩‍🔧 חלון ни́жний"

    assert opportunity(title=title).subject.endswith(title)


@given(title=st.text(), description=st.text())
def test_no_text_can_change_what_a_mail_is_made_of(title, description):
    mail, plain = opportunity(title, description), opportunity()

    assert "\n" not in mail.subject
    assert mail.text.endswith(plain.text[plain.text.index("\nTo make an offer") :])
    document, expected = read(mail.html), read(plain.html)
    shape = [(each.tag, each.attributes) for each in document.elements if each.tag != "br"]
    assert shape == [(each.tag, each.attributes) for each in expected.elements if each.tag != "br"]
    assert document.unbalanced == []
    mail.html.encode()


def test_the_same_facts_give_the_same_mail(facts, links, identification):
    assert render("opportunity", Language.FR, facts, links, identification) == render(
        "opportunity", Language.FR, dict(reversed(facts.items())), links, replace(identification)
    )


def test_words_can_be_told_from_their_ground_in_light_and_dark():
    html = opportunity().html
    light = {"ground": "#f2f4f3", "card": "#ffffff", "text": "#1c2522", "quiet": "#4d5a55", "link": "#0f5f56"}
    dark = {"ground": "#111514", "card": "#1c2321", "text": "#e7edea", "quiet": "#adb9b4", "link": "#84d3c4"}
    colours = set(re.findall(r"#[0-9a-f]{6}", html))
    marks = {"#dbe1de", "#35403c", "#7fb5ad"}

    for scheme in (light, dark):
        assert set(scheme.values()) <= colours
        for words in ("text", "quiet", "link"):
            assert contrast(scheme[words], scheme["ground"]) >= 4.5
            assert contrast(scheme[words], scheme["card"]) >= 4.5
    buttons = read(
        render("reset-password", Language.EN, {}, replace(UNSUBSCRIBE, action="https://a.example"), SENDER).html
    )
    assert contrast("#ffffff", "#0f5f56") >= 4.5
    assert contrast("#0b1f1b", "#84d3c4") >= 4.5
    assert "#0f5f56" in str(buttons.all("td"))
    assert colours <= {*light.values(), *dark.values(), *marks, "#0b1f1b"}


def test_importing_the_mails_does_not_import_jinja2():
    code = (
        "import sys, jobipro.adapters.rendering.mime, jobipro.adapters.rendering.pages; print('jinja2' in sys.modules)"
    )
    env = {"PYTHONPATH": os.pathsep.join(sys.path)}

    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)

    assert shown.stdout == "False\n"
