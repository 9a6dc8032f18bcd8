"""Keep what stored bytes have in common, once; what was stored before stays as it is."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TABLES = ("document_parts", "secured_parts")


def upgrade() -> None:
    """Make the table, and name a part's dictionary, and that of its secured bytes."""
    op.create_table(
        "dictionaries",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dictionaries")),
    )
    # Inline, since SQLite copies the whole table for a constraint of its own, and these are the largest.
    for table in _TABLES:
        reference = sa.ForeignKey("dictionaries.id", name=op.f(_key_of(table)))
        op.add_column(table, sa.Column("dictionary", sa.String(length=32), reference), inline_references=True)


def downgrade() -> None:
    """Refuse where a part needs its dictionary: it could never be read again."""
    for table in _TABLES:
        parts = sa.table(table, sa.column("dictionary"))
        needed = op.get_bind().execute(sa.select(sa.func.count()).where(parts.c.dictionary.is_not(None)))
        if needed.scalar():
            raise RuntimeError("documents are stored with dictionaries: this database can't go back.")
    for table in _TABLES:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(_key_of(table)), type_="foreignkey")
            batch.drop_column("dictionary")
    op.drop_table("dictionaries")


def _key_of(table: str) -> str:
    return f"fk_{table}_dictionary_dictionaries"
