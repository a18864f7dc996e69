"""A file's bytes to pixels, pixels to faces: all of the service that training may import."""
