"""What is saved on this computer: setups, preferences, the last check, and files in blobs."""
