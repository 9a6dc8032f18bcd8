"""Keep the time-stamps of checkpoints: one for each, which comes after the checkpoint and is never changed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_SQLITE = """
CREATE TRIGGER log_stamps_no_{verb} BEFORE {verb} ON log_stamps
BEGIN SELECT RAISE(ABORT, 'the log of issuance is append-only'); END
"""
_POSTGRESQL = """
CREATE TRIGGER log_stamps_append_only BEFORE UPDATE OR DELETE ON log_stamps
FOR EACH ROW EXECUTE FUNCTION log_append_only()
"""


def upgrade() -> None:
    """Make the table, and refuse updates and deletions in it."""
    op.create_table(
        "log_stamps",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("time", sa.DateTime(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["size"], ["log_checkpoints.size"], name=op.f("fk_log_stamps_size_log_checkpoints")),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_stamps")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(_SQLITE.format(verb=verb))
    else:
        op.execute(_POSTGRESQL)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("log_stamps")
