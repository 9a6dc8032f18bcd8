"""What alembic runs for each command; the transaction comes from `store.migrating`.

To write the next revision: `alembic.command.revision(migration_config(connection), message=…, autogenerate=True)`,
and let `store.database.REVISION` name it.
"""

from alembic import context

from vc_issuer.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
