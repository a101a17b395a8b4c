"""The core: tensors, the op registry, the backward walk. It holds no mathematics."""
