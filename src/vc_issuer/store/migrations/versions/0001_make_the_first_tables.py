"""Make the first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table, those that others refer to first."""
    for make in (
        _accounts,
        _audit,
        _learners,
        _offerings,
        _sequences,
        _status_lists,
        _batches,
        _approvals,
        _records,
        _signing_chunks,
        _answers,
        _documents,
        _document_parts,
        _pdfs,
        _status_events,
        _status_slots,
        _secured_parts,
    ):
        make()


def downgrade() -> None:
    """Drop every table, in the opposite order."""
    for table in (
        "secured_parts",
        "status_slots",
        "status_events",
        "pdfs",
        "document_parts",
        "documents",
        "answers",
        "signing_chunks",
        "records",
        "approvals",
        "batches",
        "status_lists",
        "sequences",
        "offerings",
        "learners",
        "audit",
        "accounts",
    ):
        op.drop_table(table)


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("password_hash", sa.String(length=256), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_accounts")),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )


def _learners() -> None:
    op.create_table(
        "learners",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("student_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("data_key", sa.LargeBinary(), nullable=True),
        sa.Column("profile", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("erased_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learners")),
        sa.UniqueConstraint("student_index", name=op.f("uq_learners_student_index")),
    )


def _offerings() -> None:
    op.create_table(
        "offerings",
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_offerings")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_offerings_code_version")),
    )


def _sequences() -> None:
    op.create_table(
        "sequences",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sequences")),
    )


def _status_lists() -> None:
    op.create_table(
        "status_lists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("url", sa.String(length=400), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("beside", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed", sa.Integer(), server_default="1", nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("signed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["beside"], ["status_lists.id"], name=op.f("fk_status_lists_beside_status_lists")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_lists")),
        sa.UniqueConstraint("beside", name=op.f("uq_status_lists_beside")),
        sa.UniqueConstraint("name", name=op.f("uq_status_lists_name")),
        sa.UniqueConstraint("url", name=op.f("uq_status_lists_url")),
    )


def _batches() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("source_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("source_sha256", sa.String(length=64), server_default="", nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("prepare_token", sa.String(length=32), nullable=True),
        sa.Column("prepared_by", sa.String(length=64), nullable=True),
        sa.Column("prepared_at", sa.DateTime(), nullable=True),
        sa.Column("issued", sa.DateTime(), nullable=True),
        sa.Column("rule_profiles", sa.JSON(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("approved_by", sa.String(length=64), nullable=True),
        sa.Column("approved_at", sa.DateTime(), nullable=True),
        sa.Column("signing_by", sa.String(length=64), nullable=True),
        sa.Column("signing_at", sa.DateTime(), nullable=True),
        sa.Column("signed_at", sa.DateTime(), nullable=True),
        sa.Column("published_by", sa.String(length=64), nullable=True),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "approved_by <> prepared_by AND approved_by <> created_by", name=op.f("ck_batches_four_eyes")
        ),
        sa.CheckConstraint("approved_by IS NULL OR prepared_by IS NOT NULL", name=op.f("ck_batches_prepared_first")),
        sa.ForeignKeyConstraint(["approved_by"], ["accounts.name"], name=op.f("fk_batches_approved_by_accounts")),
        sa.ForeignKeyConstraint(["created_by"], ["accounts.name"], name=op.f("fk_batches_created_by_accounts")),
        sa.ForeignKeyConstraint(["prepared_by"], ["accounts.name"], name=op.f("fk_batches_prepared_by_accounts")),
        sa.ForeignKeyConstraint(["published_by"], ["accounts.name"], name=op.f("fk_batches_published_by_accounts")),
        sa.ForeignKeyConstraint(["signing_by"], ["accounts.name"], name=op.f("fk_batches_signing_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
    )


def _approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("preparer", sa.String(length=64), nullable=False),
        sa.Column("approver", sa.String(length=64), nullable=False),
        sa.Column("approved_at", sa.DateTime(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("approver <> preparer", name=op.f("ck_approvals_four_eyes")),
        sa.ForeignKeyConstraint(["approver"], ["accounts.name"], name=op.f("fk_approvals_approver_accounts")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_approvals_batch_id_batches")),
        sa.ForeignKeyConstraint(["preparer"], ["accounts.name"], name=op.f("fk_approvals_preparer_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sa.UniqueConstraint("digest", name=op.f("uq_approvals_digest")),
    )


def _records() -> None:
    op.create_table(
        "records",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.String(length=32), nullable=False),
        sa.Column("offering_key", sa.String(length=160), nullable=False),
        sa.Column("run", sa.String(length=80), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("decision", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("replaces", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_records_batch_id_batches")),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_records_learner_id_learners")),
        sa.ForeignKeyConstraint(["offering_key"], ["offerings.key"], name=op.f("fk_records_offering_key_offerings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records")),
        sa.UniqueConstraint(
            "batch_id",
            "learner_id",
            "offering_key",
            "run",
            name=op.f("uq_records_batch_id_learner_id_offering_key_run"),
        ),
    )
    with op.batch_alter_table("records", schema=None) as batch_op:
        batch_op.create_index("ix_records_batch_id_position", ["batch_id", "position"], unique=False)


def _signing_chunks() -> None:
    op.create_table(
        "signing_chunks",
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_position", sa.Integer(), nullable=False),
        sa.Column("last_position", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_signing_chunks_batch_id_batches")),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_signing_chunks")),
    )


def _answers() -> None:
    op.create_table(
        "answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.name"], name=op.f("fk_answers_account_accounts")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_answers_record_id_records")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sa.UniqueConstraint("record_id", "rule", "subject", name=op.f("uq_answers_record_id_rule_subject")),
    )
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answers_record_id"), ["record_id"], unique=False)


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("learner_id", sa.String(length=32), nullable=False),
        sa.Column("offering_key", sa.String(length=160), nullable=False),
        sa.Column("run", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("component", sa.String(length=80), nullable=False),
        sa.Column("claim", sa.String(length=400), nullable=True),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("issued", sa.DateTime(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("replaces", sa.String(length=32), nullable=True),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_documents_batch_id_batches")),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name=op.f("fk_documents_learner_id_learners")),
        sa.ForeignKeyConstraint(["offering_key"], ["offerings.key"], name=op.f("fk_documents_offering_key_offerings")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_documents_record_id_records")),
        sa.ForeignKeyConstraint(["replaces"], ["documents.id"], name=op.f("fk_documents_replaces_documents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("batch_id", "position", name=op.f("uq_documents_batch_id_position")),
        sa.UniqueConstraint("claim", name=op.f("uq_documents_claim")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_documents_code_hash")),
        sa.UniqueConstraint("number", name=op.f("uq_documents_number")),
        sa.UniqueConstraint("replaces", name=op.f("uq_documents_replaces")),
    )
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_documents_learner_id"), ["learner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_documents_record_id"), ["record_id"], unique=False)


def _document_parts() -> None:
    op.create_table(
        "document_parts",
        sa.Column("credential_id", sa.String(length=80), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=8), server_default="", nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("prepared", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_document_parts_document_id_documents")
        ),
        sa.PrimaryKeyConstraint("credential_id", name=op.f("pk_document_parts")),
        sa.UniqueConstraint(
            "document_id", "format", "language", name=op.f("uq_document_parts_document_id_format_language")
        ),
        sa.UniqueConstraint("document_id", "ordinal", name=op.f("uq_document_parts_document_id_ordinal")),
    )


def _pdfs() -> None:
    op.create_table(
        "pdfs",
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("rendered_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_pdfs_document_id_documents")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_pdfs")),
    )


def _status_events() -> None:
    op.create_table(
        "status_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("before", sa.String(length=16), nullable=False),
        sa.Column("after", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["actor"], ["accounts.name"], name=op.f("fk_status_events_actor_accounts")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_status_events_document_id_documents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_events")),
    )
    with op.batch_alter_table("status_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_status_events_document_id"), ["document_id"], unique=False)


def _status_slots() -> None:
    op.create_table(
        "status_slots",
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_status_slots_batch_id_batches")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_status_slots_document_id_documents")),
        sa.ForeignKeyConstraint(["list_id"], ["status_lists.id"], name=op.f("fk_status_slots_list_id_status_lists")),
        sa.PrimaryKeyConstraint("list_id", "idx", name=op.f("pk_status_slots")),
        sa.UniqueConstraint("document_id", name=op.f("uq_status_slots_document_id")),
    )
    with op.batch_alter_table("status_slots", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_status_slots_batch_id"), ["batch_id"], unique=False)


def _secured_parts() -> None:
    op.create_table(
        "secured_parts",
        sa.Column("credential_id", sa.String(length=80), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=400), nullable=False),
        sa.Column("signed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["document_parts.credential_id"],
            name=op.f("fk_secured_parts_credential_id_document_parts"),
        ),
        sa.PrimaryKeyConstraint("credential_id", name=op.f("pk_secured_parts")),
    )
