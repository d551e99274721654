"""Who makes a call, as their log-in token says."""

from dataclasses import dataclass

from jobipro.domain.ids import SubjectId


@dataclass(frozen=True, slots=True)
class Caller:
    """`issued_at` is in epoch seconds; `session` is the log-in the token comes from and outlives its refreshing."""

    subject: SubjectId
    issued_at: int
    session: str
