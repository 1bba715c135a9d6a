"""Documents for people and programs: JSON, the support report, and the file of values."""
