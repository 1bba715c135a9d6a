"""What snowpixel knows and reads from `assets/`: problems, DNS providers, and prices."""
