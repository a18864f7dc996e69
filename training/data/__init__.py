"""A folder of pictures to batches of what the network is shown."""
