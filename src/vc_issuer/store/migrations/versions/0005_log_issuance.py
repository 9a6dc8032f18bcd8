"""Keep the log of issuance: leaves, hashes of whole subtrees, checkpoints; nothing in it is ever changed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KEPT = ("log_leaves", "log_nodes", "log_checkpoints")
_SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, 'the log of issuance is append-only'); END
"""
_POSTGRESQL = """
CREATE FUNCTION log_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the log of issuance is append-only'; END $$;
"""
_POSTGRESQL_TRIGGER = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION log_append_only()
"""


def upgrade() -> None:
    """Make the three tables, and refuse updates and deletions in them."""
    op.create_table(
        "log_leaves",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("credential_id", sa.String(length=80), nullable=False),
        sa.Column("leaf", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["secured_parts.credential_id"],
            name=op.f("fk_log_leaves_credential_id_secured_parts"),
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_log_leaves")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_log_leaves_credential_id")),
    )
    op.create_table(
        "log_nodes",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name=op.f("pk_log_nodes")),
    )
    op.create_table(
        "log_checkpoints",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_log_checkpoints_batch_id_batches")),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_checkpoints")),
    )
    # The row is there from the start: whoever numbers leaves locks it, so that no two numbers are the same.
    op.execute("INSERT INTO sequences (name, last) VALUES ('log', 0)")
    if op.get_bind().dialect.name == "sqlite":
        for table in _KEPT:
            for verb in ("UPDATE", "DELETE"):
                op.execute(_SQLITE.format(table=table, verb=verb))
    else:
        op.execute(_POSTGRESQL)
        for table in _KEPT:
            op.execute(_POSTGRESQL_TRIGGER.format(table=table))


def downgrade() -> None:
    """Forget the log."""
    op.execute("DELETE FROM sequences WHERE name = 'log'")
    for table in reversed(_KEPT):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION log_append_only()")
