"""Let signing pause, and keep why a chunk could not be signed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add who paused a batch and when, and the trouble of a chunk."""
    with op.batch_alter_table("batches") as table:
        table.add_column(sa.Column("paused_by", sa.String(64)))
        table.add_column(sa.Column("paused_at", sa.DateTime))
        table.create_foreign_key("fk_batches_paused_by_accounts", "accounts", ["paused_by"], ["name"])
    with op.batch_alter_table("signing_chunks") as table:
        table.add_column(sa.Column("trouble", sa.String(400)))


def downgrade() -> None:
    """Drop them again."""
    with op.batch_alter_table("signing_chunks") as table:
        table.drop_column("trouble")
    with op.batch_alter_table("batches") as table:
        table.drop_constraint("fk_batches_paused_by_accounts", type_="foreignkey")
        table.drop_column("paused_at")
        table.drop_column("paused_by")
