"""The tracker's JavaScript: in the content bucket, or on the user's own web server."""
