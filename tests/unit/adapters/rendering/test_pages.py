"""Pages speak both languages, need no scripts, and can be used by everybody."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest

from jobipro.adapters.rendering.pages import CATEGORY_NAMES, PAGES, STYLE, STYLE_HASH, page
from jobipro.domain.approvals import OPTIONAL, Category
from jobipro.domain.errors import Unintelligible
from jobipro.domain.language import Language
from jobipro.http.views import page_policy
from tests.unit.adapters.rendering.documents import contrast, read

FACTS = {"category": Category.OPPORTUNITIES, "minimum": 10, "maximum": 128, "errors": []}
ASKED = [None, *Language]
EVERY = [(name, language) for name in sorted(PAGES) for language in ASKED]
FORMS = {"verify": 1, "reset-password": 1, "unsubscribe": 2, "unsubscribed": 1}


@pytest.mark.commitment("officer.designated")
@pytest.mark.parametrize(("name", "language"), EVERY)
def test_every_page_names_the_privacy_officer(name, language, identification):
    document = read(page(name, language, FACTS, identification))

    assert f"mailto:{identification.officer_email}" in document.links
    assert identification.postal_address in document.text


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_every_page_speaks_both_languages_and_says_which_is_which(name, language, identification):
    document = read(page(name, language, FACTS, identification))
    (first,), (second,) = document.all("h1"), document.all("h2")

    assert first.lang == document.all("html")[0].lang == (language or Language.EN)
    assert {first.lang, second.lang} == {"en", "fr"}
    assert first.text != second.text


@pytest.mark.parametrize("name", sorted(PAGES))
@pytest.mark.parametrize(("language", "other"), [(Language.EN, "Français"), (Language.FR, "English")])
def test_the_other_language_is_one_visible_press_away(name, language, other, identification):
    document = read(page(name, language, FACTS, identification))
    (folded,), (shown,) = document.all("details"), document.all("summary")

    assert (shown.text, shown.lang) == (other, folded.attributes["lang"])
    assert folded.attributes["lang"] != language
    assert "open" not in folded.attributes


@pytest.mark.parametrize("name", sorted(PAGES))
def test_both_languages_are_open_english_first_when_none_was_asked(name, identification):
    document = read(page(name, None, FACTS, identification))

    assert document.all("details") == []
    assert (document.all("h1")[0].lang, document.all("h2")[0].lang) == ("en", "fr")


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_a_page_fetches_and_runs_nothing(name, language, identification):
    document = read(page(name, language, FACTS, identification))

    assert document.loading == []
    assert not any("style" in element.attributes for element in document.elements)
    assert len(document.all("style")) == 1


def test_the_style_is_the_one_that_the_security_policy_lets_through(identification):
    html = page("verify", Language.EN, FACTS, identification)
    style = html.partition("<style>")[2].partition("</style>")[0]

    assert f"sha256-{b64encode(sha256(style.encode()).digest()).decode()}" == STYLE_HASH
    assert f"style-src '{STYLE_HASH}'" in page_policy(html)


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_a_page_is_sound_for_every_reader(name, language, identification):
    document = read(page(name, language, FACTS, identification))
    ids = [element.attributes["id"] for element in document.elements if "id" in element.attributes]

    assert document.unbalanced == []
    assert len(document.all("main")) == 1
    assert document.all("title")[0].text.startswith(document.all("h1")[0].text)
    assert len(ids) == len(set(ids))
    assert all(button.text.strip() for button in document.all("button"))
    assert "width=device-width" in str(document.all("meta"))
    for field in document.all("input"):
        assert [label for label in document.all("label") if label.attributes["for"] == field.attributes["id"]]
        assert set(field.attributes["aria-describedby"].split()) <= set(ids)


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_forms_post_to_the_same_address_and_are_answered_in_their_own_language(name, language, identification):
    forms = read(page(name, language, FACTS, identification)).all("form")

    assert len(forms) == 2 * FORMS.get(name, 0)
    assert all(form.attributes == {"method": "post", "action": f"?lang={form.lang}"} for form in forms)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("category", sorted(OPTIONAL))
def test_the_unsubscribe_page_says_what_will_stop(language, category, identification):
    document = read(page("unsubscribe", language, {"category": category}, identification))
    buttons = [button for button in document.all("button") if button.lang == language]

    assert document.all("strong")[0].text == CATEGORY_NAMES[category][language]
    assert [(each.attributes["name"], each.attributes["value"]) for each in buttons] == [
        ("stop", "category"),
        ("stop", "all"),
    ]
    listed = [item.text for item in document.all("li") if item.lang == language]
    assert listed == [names[language] for each, names in CATEGORY_NAMES.items() if each in OPTIONAL]


def test_account_messages_cannot_be_stopped_but_all_others_can(identification):
    document = read(page("unsubscribe", Language.EN, {"category": "account"}, identification))

    assert {button.attributes["value"] for button in document.all("button")} == {"all"}
    assert CATEGORY_NAMES[Category.ACCOUNT][Language.EN] not in document.text


@pytest.mark.parametrize("language", Language)
def test_who_is_unsubscribed_reads_from_what(language, identification):
    html = page("unsubscribed", language, {"category": "newsletter"}, identification)

    assert CATEGORY_NAMES[Category.NEWSLETTER][language] in html


def test_every_category_has_a_name_in_both_languages():
    assert set(CATEGORY_NAMES) == set(Category)
    assert all(set(names) == set(Language) for names in CATEGORY_NAMES.values())


@pytest.mark.parametrize("language", Language)
def test_the_password_form_says_its_rules_before_it_is_sent(language, identification):
    document = read(page("reset-password", language, FACTS, identification))
    field = document.all("input")[0]

    assert field.attributes["name"] == "password"
    assert field.attributes["autocomplete"] == "new-password"
    assert (field.attributes["minlength"], field.attributes["maxlength"]) == ("10", "128")
    assert re.search(r"10 (to|à) 128", document.text)
    assert "aria-invalid" not in field.attributes


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("error", ["too-short", "too-long", "refused"])
def test_a_refused_password_is_explained_and_not_shown_again(language, error, identification):
    document = read(page("reset-password", language, {**FACTS, "errors": [error], "password": "x1"}, identification))
    field = document.all("input")[0]

    assert len(document.all("li")) == 2
    assert field.attributes["aria-invalid"] == "true"
    assert f"errors-{language}" in field.attributes["aria-describedby"]
    assert "x1" not in document.text
    assert "value" not in field.attributes


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("unsubscribe", {}),
        ("unsubscribe", {"category": "gossip"}),
        ("unsubscribe", {"category": "<b>"}),
        ("unsubscribed", {}),
        ("reset-password", {"minimum": 10, "maximum": 128}),
        ("reset-password", {"minimum": 10, "maximum": 128, "errors": ["ugly"]}),
        ("layout", FACTS),
        ("../mails/opportunity", FACTS),
        ("", FACTS),
    ],
)
def test_a_fact_that_is_missing_or_unknown_is_an_error(name, facts, identification):
    with pytest.raises(Unintelligible):
        page(name, Language.EN, facts, identification)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_french_is_written_as_french_is(name, identification):
    document = read(page(name, Language.FR, FACTS, identification))
    spoken = document.all("main")[0].text.partition(document.all("details")[0].text)[0]

    assert not re.search(r" [:;!?»]|« |'|[^\xa0\d]:(?!\d)", spoken)


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_the_same_facts_give_the_same_page_and_others_change_nothing(name, language, identification):
    with_more = {**FACTS, "given_name": "Zoé", "email": "z@q.example", "title": "Zoé", "names": {}}

    assert page(name, language, with_more, identification) == page(name, language, FACTS, identification)


def test_words_and_fields_can_be_told_from_their_ground_in_light_and_dark():
    light, dark = (
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block)) for block in STYLE.split("prefers-color-scheme: dark")
    )

    for colour in (light, dark):
        for ground in ("ground", "card"):
            assert all(contrast(colour[words], colour[ground]) >= 4.5 for words in ("text", "quiet", "accent"))
            assert contrast(colour["field"], colour[ground]) >= 3
        assert contrast(colour["on-accent"], colour["accent"]) >= 4.5
        assert contrast(colour["error"], colour["error-ground"]) >= 4.5
        assert contrast(colour["error"], colour["card"]) >= 3


def test_the_focus_can_be_seen():
    assert ":focus-visible { outline: 3px solid var(--accent);" in STYLE
    assert "outline: none" not in STYLE
