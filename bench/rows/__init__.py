"""The rows, one file a theme; `bench.table.load()` imports them all."""
