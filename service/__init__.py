"""The deepfake detector as a service: bytes of a picture in, a verdict out."""
