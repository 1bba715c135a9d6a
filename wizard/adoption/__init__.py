"""Adoption: finds setups in an AWS account and rebuilds their files."""
