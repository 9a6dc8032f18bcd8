"""The home database: tables, migrations, and what may be asked of them."""
