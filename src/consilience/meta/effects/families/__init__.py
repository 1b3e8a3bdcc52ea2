"""The kernels of the effect-size measures: one file a family, pure functions of arrays."""
