"""CloudFront invalidations: tells the edges to drop a cached file."""

import secrets

from wizard.model.context import Context


async def invalidate(context: Context, *paths: str) -> None:
    """Let the edges fetch these paths anew; nothing to do before there is a distribution.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    if not context.made.distribution:
        return
    await context.ports.aws(
        "cloudfront",
        "create_invalidation",
        DistributionId=context.made.distribution,
        InvalidationBatch={
            "Paths": {"Quantity": len(paths), "Items": list(paths)},
            "CallerReference": f"snowpixel-{secrets.token_hex(8)}",
        },
    )
