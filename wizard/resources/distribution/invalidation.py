"""CloudFront invalidations: tells the edges to drop a cached file."""

from wizard.aws.services.cloudfront import create_invalidation
from wizard.model.context import Context


async def invalidate(context: Context, *paths: str) -> None:
    """Let the edges fetch these paths anew; nothing to do before there is a distribution.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    if not context.made.distribution:
        return
    await create_invalidation(context.ports.aws, context.made.distribution, paths)
