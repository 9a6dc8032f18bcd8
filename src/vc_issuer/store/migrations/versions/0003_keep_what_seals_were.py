"""Keep what seals were before evidence was added to them, and how long their proof lasts."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the level and the end of the proof to secured parts, and a table of their earlier bytes."""
    with op.batch_alter_table("secured_parts") as batch_op:
        batch_op.add_column(sa.Column("level", sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column("proof_until", sa.DateTime(), nullable=True))
    op.create_table(
        "secured_versions",
        sa.Column("credential_id", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=True),
        sa.Column("replaced_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["secured_parts.credential_id"],
            name=op.f("fk_secured_versions_credential_id_secured_parts"),
        ),
        sa.PrimaryKeyConstraint("credential_id", "version", name=op.f("pk_secured_versions")),
    )


def downgrade() -> None:
    """Forget the earlier bytes."""
    op.drop_table("secured_versions")
    with op.batch_alter_table("secured_parts") as batch_op:
        batch_op.drop_column("proof_until")
        batch_op.drop_column("level")
