"""What leaves: the graph that is served, and its folder."""
