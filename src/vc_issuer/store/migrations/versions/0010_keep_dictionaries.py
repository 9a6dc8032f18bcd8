"""Keep what prepared bytes have in common, once; what was stored before stays as it is."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_KEY = "fk_document_parts_dictionary_dictionaries"


def upgrade() -> None:
    """Make the table, and name a part's dictionary."""
    op.create_table(
        "dictionaries",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dictionaries")),
    )
    # Inline, since SQLite copies the whole table for a constraint of its own, and this is the largest of them.
    name = sa.Column("dictionary", sa.String(length=32), sa.ForeignKey("dictionaries.id", name=op.f(_KEY)))
    op.add_column("document_parts", name, inline_references=True)


def downgrade() -> None:
    """Refuse where a part needs its dictionary: it could never be read again."""
    needed = op.get_bind().execute(sa.text("SELECT count(*) FROM document_parts WHERE dictionary IS NOT NULL"))
    if needed.scalar():
        raise RuntimeError("documents are stored with dictionaries: this database can't go back.")
    with op.batch_alter_table("document_parts") as batch:
        batch.drop_constraint(op.f(_KEY), type_="foreignkey")
        batch.drop_column("dictionary")
    op.drop_table("dictionaries")
