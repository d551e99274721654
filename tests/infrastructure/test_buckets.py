"""Images at rest: private, encrypted, for no longer than they are needed, and reached from our pages alone."""

from typing import Any

import pytest

from tests.infrastructure.shape import of_type, policy_statements, template

BUCKETS = of_type("AWS::S3::Bucket", "Media")
MEDIA: dict[str, Any] = BUCKETS["Media"]["Properties"]


def refusals() -> dict[str, Any]:
    """Return what the bucket refuses to everybody, by the name of the statement."""
    [policy] = of_type("AWS::S3::BucketPolicy", "Media").values()
    document = policy["Properties"]["PolicyDocument"]
    names = [each["Sid"] for each in document["Statement"]]
    return dict(zip(names, policy_statements("Media", document), strict=True))


def test_nothing_in_it_is_ever_public() -> None:
    assert len(BUCKETS) == 1
    assert set(MEDIA["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(MEDIA["PublicAccessBlockConfiguration"]) == 4
    assert MEDIA["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


@pytest.mark.commitment("security.encrypted-at-rest", "data.user-content")
def test_what_lies_in_it_is_encrypted_with_our_key_and_with_no_other() -> None:
    [rule] = MEDIA["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    by_key, by_kind = refusals()["NoOtherKey"], refusals()["NoOtherEncryption"]

    assert rule["ServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": {"Ref": "AtRestKeyArn"},
    }
    assert by_kind.condition == {"StringNotEqualsIfExists": {"s3:x-amz-server-side-encryption": "aws:kms"}}
    assert by_key.condition == {
        "StringNotEqualsIfExists": {"s3:x-amz-server-side-encryption-aws-kms-key-id": {"Ref": "AtRestKeyArn"}}
    }
    assert by_kind.actions == by_key.actions == ("s3:PutObject",)


@pytest.mark.commitment("security.encrypted-in-transit")
def test_it_refuses_what_does_not_come_over_tls() -> None:
    refusal = refusals()["TlsOnly"]

    assert (refusal.effect, refusal.principal, refusal.actions) == ("Deny", "*", ("s3:*",))
    assert refusal.condition == {"Bool": {"aws:SecureTransport": "false"}}
    assert {each.effect for each in refusals().values()} == {"Deny"}


@pytest.mark.commitment("data.user-content")
def test_what_is_deleted_is_gone_and_what_was_sent_goes_within_a_day() -> None:
    sent, halves = MEDIA["LifecycleConfiguration"]["Rules"]

    assert "VersioningConfiguration" not in MEDIA
    assert (sent["Prefix"], sent["ExpirationInDays"], sent["Status"]) == ("raw/", 1, "Enabled")
    assert halves["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}


def test_media_hears_of_what_was_sent_and_of_nothing_that_it_makes_itself() -> None:
    [tells] = MEDIA["NotificationConfiguration"]["QueueConfigurations"]

    assert tells["Event"] == "s3:ObjectCreated:*"
    assert tells["Filter"] == {"S3Key": {"Rules": [{"Name": "prefix", "Value": "raw/"}]}}
    given = template()["Resources"]["Media"]["Properties"]["Parameters"]
    assert given["QueueArn"] == {"Fn::GetAtt": ["Messaging", "Outputs.MediaArn"]}
    assert given["AtRestKeyArn"] == {"Fn::GetAtt": ["Keys", "Outputs.AtRestKeyArn"]}


def test_key_queue_and_bucket_mean_the_same_name() -> None:
    names = [
        template()["Resources"][stack]["Properties"]["Parameters"][parameter]
        for stack, parameter in (
            ("Keys", "MediaBucketName"),
            ("Messaging", "MediaBucketName"),
            ("Media", "BucketName"),
        )
    ]

    assert names == [{"Fn::Sub": "jobipro-${Stage}-media-${AWS::AccountId}"}] * 3
    assert MEDIA["BucketName"] == {"Ref": "BucketName"}


def test_pages_of_the_one_web_origin_may_send_and_show() -> None:
    [rule] = MEDIA["CorsConfiguration"]["CorsRules"]

    assert rule["AllowedOrigins"] == [{"Ref": "AllowedOrigins"}]
    assert rule["AllowedMethods"] == ["POST", "GET"]
    assert BUCKETS["Media"]["DeletionPolicy"] == BUCKETS["Media"]["UpdateReplacePolicy"] == "Retain"
