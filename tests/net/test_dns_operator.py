"""Who runs a name's DNS: asked of real name servers in the practice world."""

import anyio
import pytest

from tests.product import Product
from wizard.net.dns_operator import DnsOperator


def look(product: Product, host: str) -> DnsOperator:
    return anyio.run(product.service.dns_operator, host)


def test_the_zone_of_a_name_is_found(product: Product) -> None:
    found = look(product, "e.example.test")
    assert (found.zone, found.trouble) == ("example.test", "")
    assert found.server
    assert "example.test" in found.told


def test_the_top_of_a_zone_cannot_hold_the_pixel(product: Product) -> None:
    assert "e.example.test" in look(product, "example.test").trouble


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            DnsOperator("e.a.example", "a.example", "Cloudflare", "cloudflare", "x"),
            "is at Cloudflare: that is where you",
        ),
        (DnsOperator("e.a.example", "a.example", "Amazon Route 53", "route53", "x"), "snowpixel adds the records"),
        (DnsOperator("e.a.example", "a.example", "", "", "ns1.a.example"), "answered by ns1.a.example"),
        (DnsOperator("e.a.example", "example", "", "", "ns1"), "Check that it is spelled right and registered"),
    ],
)
def test_it_is_told_in_words(found: DnsOperator, said: str) -> None:
    assert said in found.told
