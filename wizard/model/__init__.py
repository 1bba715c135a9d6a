"""The model: setups, results, the context of a walk, the ports to the outside world, and validators."""
