"""The table's rows, one file a family of ops; `table.load()` imports them all."""
