"""The ACM certificate, and those that it replaced."""
