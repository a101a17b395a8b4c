from typing import Any

def __getattr__(name: str) -> Any: ...  # compiled modules, absent from the pure build
