"""What a setup has in AWS, by name: the one list of it."""

from collections.abc import Iterator

from wizard.model.results import Copyable
from wizard.model.setup import Made


def aws_names(made: Made) -> Iterator[Copyable]:
    """Yield what was created, with its label; a certificate that was there before is told as such."""
    certificate = "Certificate that you had before" if made.certificate_borrowed else "Certificate"
    found = {
        "AWS account": made.account,
        "Bucket of pixel and tracker": made.content_bucket,
        "Bucket of the logs": made.log_bucket,
        "CloudFront distribution": made.distribution,
        "Its domain name": made.distribution_domain,
        "Origin access control": made.origin_access_control,
        certificate: made.certificate,
        "Log delivery": made.delivery,
    }
    yield from (Copyable(label, value) for label, value in found.items() if value)
