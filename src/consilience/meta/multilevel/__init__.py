"""Multilevel and multivariate models: random effects that are nested, structured or crossed."""
