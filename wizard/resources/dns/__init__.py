"""The two DNS records: added by the user, or managed in Route 53."""
