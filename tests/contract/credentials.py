"""What every keeper of passwords does: whoever subclasses `CredentialsContract` gives the fixture `credentials`."""

import pytest

from jobipro.adapters.system import RandomIds
from jobipro.domain.errors import Invalid, NotFound, WrongCredentials

PASSWORD = "four quiet maple canoes"
OTHER = "five loud birch paddles"


class CredentialsContract:
    """A password opens its own log-in, and an ended log-in stays ended."""

    @pytest.fixture
    def subject(self, credentials):
        subject = RandomIds().subject()
        credentials.create(subject, PASSWORD)
        yield subject
        credentials.delete(subject)

    def test_the_right_password_gives_tokens_for_a_quarter_of_an_hour(self, credentials, subject):
        tokens = credentials.log_in(subject, PASSWORD)

        assert tokens.access_token
        assert tokens.id_token
        assert tokens.refresh_token
        assert tokens.expires_in == 900

    def test_a_wrong_password_and_an_unknown_name_are_told_alike(self, credentials, subject):
        with pytest.raises(WrongCredentials):
            credentials.log_in(subject, OTHER)
        with pytest.raises(WrongCredentials):
            credentials.log_in(RandomIds().subject(), PASSWORD)

    def test_two_log_ins_are_two(self, credentials, subject):
        first, second = credentials.log_in(subject, PASSWORD), credentials.log_in(subject, PASSWORD)

        assert first.refresh_token != second.refresh_token
        credentials.end(first.refresh_token)
        assert credentials.refresh(second.refresh_token).id_token

    def test_a_log_in_goes_on_with_its_refresh_token(self, credentials, subject):
        before = credentials.log_in(subject, PASSWORD)

        after = credentials.refresh(before.refresh_token)

        assert after.id_token
        assert after.refresh_token

    def test_an_ended_log_in_does_not_go_on_and_ending_it_again_changes_nothing(self, credentials, subject):
        tokens = credentials.log_in(subject, PASSWORD)
        credentials.end(tokens.refresh_token)
        credentials.end(tokens.refresh_token)

        with pytest.raises(WrongCredentials):
            credentials.refresh(tokens.refresh_token)

    def test_all_log_ins_of_a_person_end_at_once(self, credentials, subject):
        several = [credentials.log_in(subject, PASSWORD) for _ in range(2)]
        credentials.end_all(subject)

        for tokens in several:
            with pytest.raises(WrongCredentials):
                credentials.refresh(tokens.refresh_token)
        assert credentials.log_in(subject, PASSWORD).id_token

    def test_a_refresh_token_that_is_made_up_opens_nothing(self, credentials, subject):
        with pytest.raises(WrongCredentials):
            credentials.refresh("made-up")

    def test_a_new_password_replaces_the_old_one(self, credentials, subject):
        credentials.set_password(subject, OTHER)

        assert credentials.log_in(subject, OTHER).id_token
        with pytest.raises(WrongCredentials):
            credentials.log_in(subject, PASSWORD)

    def test_making_a_log_in_again_sets_its_password(self, credentials, subject):
        credentials.create(subject, OTHER)

        assert credentials.log_in(subject, OTHER).id_token

    def test_a_password_that_is_too_short_is_refused_and_the_old_one_stays(self, credentials, subject):
        with pytest.raises(Invalid) as refused:
            credentials.set_password(subject, "short")

        assert [wrong.field for wrong in refused.value.fields] == ["password"]
        assert credentials.log_in(subject, PASSWORD).id_token

    def test_nobody_has_no_password_to_set(self, credentials):
        with pytest.raises(NotFound):
            credentials.set_password(RandomIds().subject(), PASSWORD)

    def test_a_log_in_that_was_removed_opens_nothing_and_removing_it_again_changes_nothing(self, credentials, subject):
        tokens = credentials.log_in(subject, PASSWORD)
        credentials.delete(subject)
        credentials.delete(subject)

        with pytest.raises(WrongCredentials):
            credentials.log_in(subject, PASSWORD)
        with pytest.raises(WrongCredentials):
            credentials.refresh(tokens.refresh_token)
