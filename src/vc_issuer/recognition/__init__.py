"""The receiving side: what a credential is worth, credentials added up, tables of many; advice, never a decision."""
