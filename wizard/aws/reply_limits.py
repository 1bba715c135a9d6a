"""Limits of AWS's replies: how many bytes of one are read, and for how long, whoever sends them.

botocore reads a reply to its end before anybody can look at it, and its parser takes sixteen times as much memory.
"""

import time
from collections.abc import Iterator
from typing import Any

from wizard.aws.replies import UnreadableReplyError

MOST = 4 * 1024 * 1024
"""Bytes of a reply. The longest that AWS sends is a page of 1,000 keys in S3, each at most 3 KB as it is written."""

MOST_OF_A_FILE = 128 * 1024 * 1024
"""Bytes of an S3 object. CloudFront begins a new log file after 50 MB."""

LONGEST = 60.0
"""Seconds in which a reply that has begun must be complete; a server that sends a byte now and then never ends."""

CHUNK = 65_536


class LimitedSession:
    """Sends requests as botocore's own HTTP session does, and gives up on a reply that is too long.

    Args:
        session: botocore's.
        most: bytes of a reply.
        longest: seconds in which it must be complete once it has begun.
    """

    def __init__(self, session: Any, most: int, longest: float) -> None:
        self._session, self._most, self._longest = session, most, longest

    def send(self, request: Any) -> Any:
        """Send a request and return the response, its body read up to the limit.

        Raises:
            UnreadableReplyError: the reply is too long, or takes too long.
            botocore.exceptions.HTTPClientError: it broke off.
        """
        streams, request.stream_output = request.stream_output, True  # so that botocore leaves the body to us
        response = self._session.send(request)
        if not streams:
            response._content = self._body(response.raw, request)  # noqa: SLF001 - where botocore puts what it has read
        return response

    def _body(self, raw: Any, request: Any) -> bytes:
        from botocore import exceptions  # noqa: PLC0415 - loads slowly
        from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError  # noqa: PLC0415 - the same

        try:
            return _up_to(_pieces(raw, self._longest), self._most)
        except UnreadableReplyError:
            raw.close()  # the rest of it must not be taken for the next reply
            raise
        except ReadTimeoutError as error:
            raise exceptions.ReadTimeoutError(endpoint_url=request.url, error=error) from error
        except ProtocolError as error:
            raise exceptions.ConnectionClosedError(error=error, request=request, endpoint_url=request.url) from error
        except (HTTPError, OSError) as error:
            raise exceptions.HTTPClientError(error=error) from error

    def close(self) -> None:
        """Close all connections."""
        self._session.close()


def limit(client: Any) -> Any:
    """Put the limit into a client of botocore's, and return the client."""
    endpoint = client._endpoint  # noqa: SLF001 - botocore has no other place for it
    endpoint.http_session = LimitedSession(endpoint.http_session, MOST, LONGEST)
    return client


def file_of(body: Any) -> bytes:
    """Read the body of an object.

    Raises:
        UnreadableReplyError: it is too long.
    """
    return _up_to(body.iter_chunks(CHUNK), MOST_OF_A_FILE)


def _pieces(raw: Any, longest: float) -> Iterator[bytes]:
    """Yield what has arrived, as it arrives: a reader that waits for whole chunks may wait for hours."""
    end = time.monotonic() + longest
    while piece := raw.read1(CHUNK):
        yield piece
        if time.monotonic() > end:
            raise UnreadableReplyError(f"a reply that wasn't complete after {longest:.0f} seconds")


def _up_to(chunks: Any, most: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > most:
            raise UnreadableReplyError(f"more than {most // 1024 // 1024} MB")
    return bytes(body)
