"""The tables: the same on SQLite and PostgreSQL; whatever is personal stands only in sealed columns.

What must never happen twice is a key of the database: a status index, a document's number, a signature of a
part, an award. Ids of people and records are random and mean nothing outside this home.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime, kept without zone, as SQLite has none."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Store an aware datetime in UTC."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give back an aware datetime."""
        return None if value is None else value.replace(tzinfo=UTC)


accounts = Table(
    "accounts",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("roles", JSON, nullable=False),
    Column("password_hash", String(256)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("token_sha256", String(64), primary_key=True),
    Column("account", ForeignKey("accounts.name"), nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)

offerings = Table(
    "offerings",
    metadata,
    Column("key", String(160), primary_key=True),  # code/version
    Column("code", String(80), nullable=False),
    Column("version", String(80), nullable=False),
    Column("source", LargeBinary, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("added_by", String(64), nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime),
    UniqueConstraint("code", "version"),
)

learners = Table(
    "learners",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("student_index", LargeBinary(32), unique=True),  # HMAC of the student number
    Column("data_key", LargeBinary),  # wrapped; NULL after erasure
    Column("profile", LargeBinary),  # sealed
    Column("created_at", UtcDateTime, nullable=False),
    Column("erased_at", UtcDateTime),
)

batches = Table(
    "batches",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("title", String(200), nullable=False),
    Column("state", String(16), nullable=False),
    Column("source_name", String(200), nullable=False, server_default=""),
    Column("source_sha256", String(64), nullable=False, server_default=""),
    Column("created_by", ForeignKey("accounts.name"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("prepare_token", String(32)),  # whoever holds it is preparing now
    Column("prepared_by", ForeignKey("accounts.name")),
    Column("prepared_at", UtcDateTime),
    Column("issued", UtcDateTime),
    Column("rule_profiles", JSON),  # name and version of each rule profile that prepare used
    Column("digest", String(64)),
    Column("approved_by", ForeignKey("accounts.name")),
    Column("approved_at", UtcDateTime),
    Column("signing_by", ForeignKey("accounts.name")),
    Column("signing_at", UtcDateTime),
    Column("paused_by", ForeignKey("accounts.name")),
    Column("paused_at", UtcDateTime),  # while it is set, no chunk is begun
    Column("signed_at", UtcDateTime),
    Column("published_by", ForeignKey("accounts.name")),
    Column("published_at", UtcDateTime),
    CheckConstraint("approved_by IS NULL OR prepared_by IS NOT NULL", name="prepared_first"),
    CheckConstraint("approved_by <> prepared_by AND approved_by <> created_by", name="four_eyes"),
)

reviews = Table(
    "reviews",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("batch_id", ForeignKey("batches.id"), nullable=False, index=True),
    Column("digest", String(64), nullable=False),
    Column("account", ForeignKey("accounts.name"), nullable=False),
    Column("shown_at", UtcDateTime, nullable=False),
    Column("documents", JSON, nullable=False),  # ids of the sample
    Column("outliers", JSON, nullable=False),
    Column("token_sha256", String(64), nullable=False),
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("batch_id", ForeignKey("batches.id"), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),  # a digest is approved once
    Column("preparer", ForeignKey("accounts.name"), nullable=False),
    Column("approver", ForeignKey("accounts.name"), nullable=False),
    Column("approved_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime),
    Column("review_id", ForeignKey("reviews.id")),  # NULL: from before reviews were kept
    CheckConstraint("approver <> preparer", name="four_eyes"),
)

records = Table(
    "records",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("batch_id", ForeignKey("batches.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("learner_id", ForeignKey("learners.id"), nullable=False),
    Column("offering_key", ForeignKey("offerings.key"), nullable=False),
    Column("run", String(80), nullable=False),
    Column("content", LargeBinary, nullable=False),  # sealed: language and results
    Column("decision", LargeBinary),  # sealed: what prepare found
    Column("outcome", String(16)),  # due, none, kept-back
    Column("replaces", JSON),  # ids of the documents that this record supersedes
    UniqueConstraint("batch_id", "learner_id", "offering_key", "run"),
    Index("ix_records_batch_id_position", "batch_id", "position"),
)

answers = Table(
    "answers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record_id", ForeignKey("records.id"), nullable=False, index=True),
    Column("rule", String(32), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("account", ForeignKey("accounts.name"), nullable=False),
    Column("answered_at", UtcDateTime, nullable=False),
    Column("content", LargeBinary, nullable=False),  # sealed: value, motive, role
    UniqueConstraint("record_id", "rule", "subject"),
)

documents = Table(
    "documents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("batch_id", ForeignKey("batches.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("record_id", ForeignKey("records.id"), nullable=False, index=True),
    Column("learner_id", ForeignKey("learners.id"), nullable=False, index=True),
    Column("offering_key", ForeignKey("offerings.key"), nullable=False),
    Column("run", String(80), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("component", String(80), nullable=False),
    # One current document an award: NULL as soon as it is revoked or superseded.
    Column("claim", String(400), unique=True),
    Column("number", String(64), nullable=False, unique=True),
    Column("code_hash", LargeBinary(32), unique=True),  # NULL after erasure
    Column("secrets", LargeBinary, nullable=False),  # sealed: code, core id
    Column("languages", JSON, nullable=False),  # the authoritative one first
    Column("issued", UtcDateTime, nullable=False),
    Column("status", String(16), nullable=False),
    Column("replaces", ForeignKey("documents.id"), unique=True),
    Column("published_at", UtcDateTime),
    UniqueConstraint("batch_id", "position"),
)

# What the documents of an offering have in common, or the seals of a chunk: parts are compressed with it.
dictionaries = Table(
    "dictionaries",
    metadata,
    Column("id", String(32), primary_key=True),  # of the content's SHA-256
    Column("content", LargeBinary, nullable=False),  # deflated; nothing about a person
)

document_parts = Table(
    "document_parts",
    metadata,
    Column("credential_id", String(80), primary_key=True),
    Column("document_id", ForeignKey("documents.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("format", String(16), nullable=False),
    Column("language", String(8), nullable=False, server_default=""),
    Column("sha256", String(64), nullable=False),
    Column("prepared", LargeBinary, nullable=False),  # sealed unsecured bytes
    Column("dictionary", ForeignKey("dictionaries.id")),  # NULL where they were compressed without one
    UniqueConstraint("document_id", "ordinal"),
    UniqueConstraint("document_id", "format", "language"),
)

secured_parts = Table(
    "secured_parts",
    metadata,
    # The key of the table is what makes a second signature of the same part impossible to keep.
    Column("credential_id", ForeignKey("document_parts.credential_id"), primary_key=True),
    Column("media_type", String(80), nullable=False),
    Column("content", LargeBinary, nullable=False),  # sealed secured bytes
    Column("dictionary", ForeignKey("dictionaries.id")),  # as of document_parts
    Column("sha256", String(64), nullable=False),
    Column("key_id", String(400), nullable=False),
    Column("signed_at", UtcDateTime, nullable=False),
    Column("level", String(8)),  # of a seal that was added to, such as B-LTA; NULL as it was signed
    Column("proof_until", UtcDateTime),  # when a seal's newest time-stamp ends, unless it is renewed
)

# What secured bytes were before evidence was added to them: never lost, the newest in secured_parts.
secured_versions = Table(
    "secured_versions",
    metadata,
    Column("credential_id", ForeignKey("secured_parts.credential_id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("content", LargeBinary, nullable=False),  # sealed secured bytes
    Column("sha256", String(64), nullable=False),
    Column("level", String(8)),
    Column("replaced_at", UtcDateTime, nullable=False),
)

signing_chunks = Table(
    "signing_chunks",
    metadata,
    Column("batch_id", ForeignKey("batches.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("first_position", Integer, nullable=False),
    Column("last_position", Integer, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("trouble", String(400)),  # why the last attempt failed; a sentence without personal data
)

pdfs = Table(
    "pdfs",
    metadata,
    Column("document_id", ForeignKey("documents.id"), primary_key=True),
    Column("content", LargeBinary, nullable=False),  # sealed
    Column("rendered_at", UtcDateTime, nullable=False),
)

status_lists = Table(
    "status_lists",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(40), nullable=False, unique=True),
    Column("url", String(400), nullable=False, unique=True),
    Column("purpose", String(32), nullable=False),
    Column("size", Integer, nullable=False),
    # The list of words that stands beside a revocation list shares its indexes.
    Column("beside", ForeignKey("status_lists.id"), unique=True),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("changed", Integer, nullable=False, server_default="1"),  # 1: what is served lags behind
    Column("media_type", String(80)),
    Column("content", LargeBinary),  # secured bytes as served; public
    Column("signed_at", UtcDateTime),
)

status_slots = Table(
    "status_slots",
    metadata,
    Column("list_id", ForeignKey("status_lists.id"), primary_key=True),
    Column("idx", Integer, primary_key=True),
    Column("batch_id", ForeignKey("batches.id"), nullable=False, index=True),
    Column("document_id", ForeignKey("documents.id"), unique=True),  # NULL: reserved by a preparation
)

status_events = Table(
    "status_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_id", ForeignKey("documents.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", ForeignKey("accounts.name"), nullable=False),
    Column("before", String(16), nullable=False),
    Column("after", String(16), nullable=False),
    Column("reason", String(80), nullable=False),
)

endorsements = Table(
    "endorsements",
    metadata,
    Column("id", String(400), primary_key=True),
    Column("subject", String(400), nullable=False, index=True),  # the id of the achievement endorsed
    Column("endorser", String(400), nullable=False),
    Column("content", LargeBinary, nullable=False),  # as it was signed; public
    Column("valid_from", UtcDateTime, nullable=False),
    Column("valid_until", UtcDateTime),
    Column("added_by", ForeignKey("accounts.name"), nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime),
)

sequences = Table(
    "sequences",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("last", Integer, nullable=False),
)

log_leaves = Table(
    "log_leaves",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),  # from 0, without gaps
    Column("credential_id", ForeignKey("secured_parts.credential_id"), nullable=False, unique=True),
    Column("leaf", LargeBinary(32), nullable=False),  # a salted commitment; the salt is derived from the learner's key
)

log_nodes = Table(
    "log_nodes",
    metadata,
    Column("level", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("hash", LargeBinary(32), nullable=False),
)

log_checkpoints = Table(
    "log_checkpoints",
    metadata,
    Column("size", Integer, primary_key=True, autoincrement=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("batch_id", ForeignKey("batches.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("content", LargeBinary, nullable=False),  # the signed note, public
)

log_stamps = Table(
    "log_stamps",
    metadata,
    Column("size", ForeignKey("log_checkpoints.size"), primary_key=True, autoincrement=False),
    Column("time", UtcDateTime, nullable=False),  # what the token says
    Column("token", LargeBinary, nullable=False),  # RFC 3161, as it came; public
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("details", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
