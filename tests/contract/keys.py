"""What makes data keys and digests of addresses: subclasses give the fixtures `data_keys`, or `mac` and `other_mac`."""

import re
import secrets

import pytest

from jobipro.adapters.sealing import Place
from jobipro.domain.errors import Unintelligible
from jobipro.domain.ids import SubjectId
from jobipro.domain.subject_keys import KeyClass

ADA = SubjectId("sub_" + "a" * 26)
EVE = SubjectId("sub_" + "e" * 26)
PLACE = Place("test", "accounts", f"A#{ADA}", "PROFILE")


class DataKeysContract:
    """A wrapped key opens again, for whom and what it was made for."""

    def test_a_wrapped_key_opens_what_its_first_form_sealed(self, data_keys):
        key, wrapped = data_keys.generate(ADA, KeyClass.PERSONAL, 1)
        sealed = key.seal(PLACE, {"given_name": "Ada"})

        assert data_keys.open(ADA, KeyClass.PERSONAL, 1, wrapped).unseal(PLACE, sealed) == {"given_name": "Ada"}

    def test_a_key_knows_whose_and_what_for_it_is(self, data_keys):
        key, wrapped = data_keys.generate(ADA, KeyClass.RECORD, 1)

        for each in (key, data_keys.open(ADA, KeyClass.RECORD, 1, wrapped)):
            assert (each.subject, each.key_class, each.version) == (ADA, KeyClass.RECORD, 1)

    def test_every_key_is_a_new_one(self, data_keys):
        first, wrapped = data_keys.generate(ADA, KeyClass.PERSONAL, 1)
        second, wrapped_too = data_keys.generate(ADA, KeyClass.PERSONAL, 1)

        assert wrapped != wrapped_too
        with pytest.raises(Unintelligible):
            second.unseal(PLACE, first.seal(PLACE, {"given_name": "Ada"}))

    @pytest.mark.parametrize(
        ("subject", "key_class", "version"),
        [(EVE, KeyClass.PERSONAL, 1), (ADA, KeyClass.RECORD, 1), (ADA, KeyClass.PERSONAL, 2)],
        ids=["person", "class", "version"],
    )
    def test_a_wrapped_key_does_not_open_for_anything_else(self, data_keys, subject, key_class, version):
        _, wrapped = data_keys.generate(ADA, KeyClass.PERSONAL, 1)

        with pytest.raises(Unintelligible):
            data_keys.open(subject, key_class, version, wrapped)

    def test_bytes_that_nobody_wrapped_are_unintelligible(self, data_keys):
        with pytest.raises(Unintelligible):
            data_keys.open(ADA, KeyClass.PERSONAL, 1, secrets.token_bytes(200))


class MacContract:
    """A digest says nothing but whether two messages are the same."""

    def test_the_same_message_has_the_same_digest(self, mac):
        assert mac(b"ada@example.com") == mac(b"ada@example.com")

    def test_another_message_has_another_digest(self, mac):
        assert mac(b"ada@example.com") != mac(b"eve@example.com")

    def test_another_key_makes_another_digest_and_says_so(self, mac, other_mac):
        digest, other = mac(b"ada@example.com"), other_mac(b"ada@example.com")

        assert digest.partition("#")[0] != other.partition("#")[0]
        assert digest.partition("#")[2] != other.partition("#")[2]

    def test_a_digest_is_a_key_id_and_32_bytes_fit_for_a_row_name(self, mac):
        assert re.fullmatch(r"[a-z0-9-]{1,16}#[A-Za-z0-9_-]{43}", mac("élodie@example.com".encode()))
