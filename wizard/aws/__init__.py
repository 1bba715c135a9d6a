"""AWS: who we are, one call at a time, and what its errors mean."""
