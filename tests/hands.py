"""Somebody at work in the AWS console, beside snowpixel."""

from collections.abc import Callable
from typing import Any

import boto3

from tests.inventory import CALM_CLIENT
from tests.product import DOMAIN, Product
from wizard.snowplow.events.decoder import decoded
from wizard.snowplow.events.event import Event


class Hands:
    """Somebody at work in the AWS console, beside snowpixel."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._made = product.setup().made

    def _client(self, service: str) -> Any:
        world = self._product.world
        return boto3.client(
            service,
            config=CALM_CLIENT,
            endpoint_url=world.aws_endpoint,
            region_name="us-east-1",
            aws_access_key_id=world.access_key_id,
            aws_secret_access_key=world.secret_access_key,
        )

    def delete(self, key: str) -> None:
        """Delete a file that is served, also at the edge."""
        self._client("s3").delete_object(Bucket=self._made.content_bucket, Key=key)
        self._product.control.forget_cache()

    def keys(self) -> set[str]:
        """Return what the content bucket holds."""
        listed = self._client("s3").list_objects_v2(Bucket=self._made.content_bucket)
        return {one["Key"] for one in listed.get("Contents", [])}

    def put(self, key: str, text: str, kind: str = "text/html; charset=utf-8") -> str:
        """Serve something beside the pixel; return its address."""
        body = text.encode()
        self._client("s3").put_object(Bucket=self._made.content_bucket, Key=key, Body=body, ContentType=kind)
        self._product.control.forget_cache()
        return f"https://{DOMAIN}/{key}"

    def edit(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Edit the distribution."""
        cloudfront = self._client("cloudfront")
        found = cloudfront.get_distribution_config(Id=self._made.distribution)
        change(found["DistributionConfig"])
        cloudfront.update_distribution(
            Id=self._made.distribution, IfMatch=found["ETag"], DistributionConfig=found["DistributionConfig"]
        )
        self._product.control.forget_cache()

    def events(self, *, unique: bool = True) -> list[Event]:
        """Read what the log bucket holds, as the user would."""
        self._product.control.flush_logs()
        s3 = self._client("s3")
        bucket = self._made.log_bucket
        files = [
            (one["Key"], s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read())
            for one in s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        ]
        return list(decoded(files, unique=unique))
