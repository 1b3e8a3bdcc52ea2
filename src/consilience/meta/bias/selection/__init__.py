"""Selection models: the chance that a result is seen depends on its p-value; both are estimated together."""
