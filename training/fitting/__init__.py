"""How a network is trained, and how its scores and thresholds are fitted."""
