"""Keep what approvers were shown, tie approvals to it, and let no approval be changed afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KEPT = "batch_id, digest, preparer, approver, approved_at, review_id"
_SQLITE = """
CREATE TRIGGER {name} BEFORE {what} ON approvals
BEGIN SELECT RAISE(ABORT, 'an approval is never changed, only withdrawn'); END
"""
_TRIGGERS = {"approvals_no_update": f"UPDATE OF {_KEPT}", "approvals_no_delete": "DELETE"}
_POSTGRESQL = """
CREATE FUNCTION approvals_kept() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'an approval is never changed, only withdrawn'; END $$;
"""
_POSTGRESQL_TRIGGER = "CREATE TRIGGER {name} BEFORE {what} ON approvals FOR EACH ROW EXECUTE FUNCTION approvals_kept()"


def upgrade() -> None:
    """Make the table of reviews, and let approvals name one."""
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("shown_at", sa.DateTime(), nullable=False),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("outliers", sa.JSON(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.name"], name=op.f("fk_reviews_account_accounts")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_reviews_batch_id_batches")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index(op.f("ix_reviews_batch_id"), "reviews", ["batch_id"])
    with op.batch_alter_table("approvals") as batch_op:
        batch_op.add_column(sa.Column("review_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_approvals_review_id_reviews"), "reviews", ["review_id"], ["id"])
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(_POSTGRESQL)
    for name, what in _TRIGGERS.items():
        op.execute((_SQLITE if sqlite else _POSTGRESQL_TRIGGER).format(name=name, what=what))


def downgrade() -> None:
    """Forget what was shown."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name in _TRIGGERS:
        op.execute(f"DROP TRIGGER {name}" + ("" if sqlite else " ON approvals"))
    if not sqlite:
        op.execute("DROP FUNCTION approvals_kept()")
    with op.batch_alter_table("approvals") as batch_op:
        batch_op.drop_constraint(op.f("fk_approvals_review_id_reviews"), type_="foreignkey")
        batch_op.drop_column("review_id")
    op.drop_table("reviews")
