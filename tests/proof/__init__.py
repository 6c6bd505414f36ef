"""The proof of the money path: every fault at every point, then a judge. `make proof` runs it."""
