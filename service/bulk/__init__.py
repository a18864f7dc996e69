"""A collection of pictures on Ray Data: cut into parts, scored by actors, written as Parquet."""
