"""SHA-384 digests, as the `integrity` attribute writes them."""

import base64
import hashlib


def integrity(content: bytes) -> str:
    """Return a file's SHA-384 as the `integrity` attribute writes it (W3C Subresource Integrity)."""
    return f"sha384-{base64.b64encode(hashlib.sha384(content).digest()).decode()}"
