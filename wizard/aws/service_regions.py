"""AWS regions in which services are called, wherever the setup's buckets are."""

GLOBAL_REGION = "us-east-1"
"""CloudFront, its certificates and its log deliveries are configured in this region, wherever the buckets are."""

IN_CHOSEN_REGION = frozenset({"s3", "sts"})
"""Services called in the setup's own region."""
