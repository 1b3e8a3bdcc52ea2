"""The analyses of a plan, one file per family: a function of the material gives its estimates."""
