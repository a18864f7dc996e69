"""A file's bytes to upright pixels, and pixels to faces: all that training may import of the service."""
