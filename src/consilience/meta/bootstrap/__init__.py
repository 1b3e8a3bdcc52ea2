"""Cluster wild bootstrap tests and cluster bootstrap intervals, many data sets at once."""
