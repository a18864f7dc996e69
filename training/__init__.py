"""Builds the detector: a folder of face pictures in, an artifact for the service out."""
