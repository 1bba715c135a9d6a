"""AWS error replies on the wire, such that boto3 raises the modeled exception."""

import json
from dataclasses import dataclass, field
from xml.sax.saxutils import escape


@dataclass
class Reply:
    """An HTTP reply as the emulator's handlers give it."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def cloudfront_error(code: str, message: str, status: int = 400) -> Reply:
    """Return a CloudFront refusal (REST XML with a namespace)."""
    body = (
        f'{_XML}<ErrorResponse xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Error><Type>Sender</Type>'
        f"<Code>{code}</Code><Message>{escape(message)}</Message></Error><RequestId>practice</RequestId></ErrorResponse>"
    )
    return Reply(status, {"Content-Type": "text/xml"}, body.encode())


def route53_error(code: str, message: str, status: int = 400) -> Reply:
    """Return a Route 53 refusal (REST XML with a namespace)."""
    body = (
        f'{_XML}<ErrorResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Error><Type>Sender</Type>'
        f"<Code>{code}</Code><Message>{escape(message)}</Message></Error><RequestId>practice</RequestId></ErrorResponse>"
    )
    return Reply(status, {"Content-Type": "text/xml"}, body.encode())


def s3_error(code: str, message: str, status: int) -> Reply:
    """Return an S3 refusal (REST XML without a namespace)."""
    body = (
        f"{_XML}<Error><Code>{code}</Code><Message>{escape(message)}</Message><RequestId>practice</RequestId></Error>"
    )
    return Reply(status, {"Content-Type": "application/xml"}, body.encode())


def json_error(code: str, message: str, status: int = 400) -> Reply:
    """Return a refusal of ACM or CloudWatch Logs (JSON)."""
    body = json.dumps({"__type": code, "message": message})
    return Reply(status, {"Content-Type": "application/x-amz-json-1.1", "x-amzn-errortype": code}, body.encode())


def query_error(code: str, message: str, status: int) -> Reply:
    """Return a refusal of STS or IAM (query XML)."""
    body = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        "<RequestId>practice</RequestId></ErrorResponse>"
    )
    return Reply(status, {"Content-Type": "text/xml"}, body.encode())


def refusal(service: str, code: str, message: str, status: int) -> Reply:
    """Return a refusal in the shape that `service` speaks."""
    if service == "cloudfront":
        return cloudfront_error(code, message, status)
    if service == "route53":
        return route53_error(code, message, status)
    if service == "s3":
        return s3_error(code, message, status)
    if service in ("sts", "iam"):
        return query_error(code, message, status)
    return json_error(code, message, status)
