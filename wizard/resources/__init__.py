"""Resources: sets of properties that we own in the world. Each reads what is there, says what differs, changes it."""
