"""An agency with history in the local world: `make demo`, and the tour that plays its story."""
