"""The artifact: found, verified, loaded, called in batches, and what it says of itself."""
