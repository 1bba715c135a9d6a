"""Providers by their name servers, and instructions in their words."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.knowledge.dns_providers import UNKNOWN, form, instructions, providers, recognize
from wizard.model.results import DnsRecord

RECORD = DnsRecord(
    name="e.example.org", type="CNAME", value="d111111abcdef8.cloudfront.net", host="e", purpose="leads to the pixel"
)
ZONELESS = msgspec.structs.replace(RECORD, host=RECORD.name)


@pytest.mark.parametrize(
    ("servers", "provider"),
    [
        (["ns-1.awsdns-00.com", "ns-513.awsdns-00.net", "ns-1025.awsdns-00.org", "ns-1537.awsdns-00.co.uk"], "route53"),
        (["amy.ns.cloudflare.com", "bob.ns.cloudflare.com"], "cloudflare"),
        (["NS59.DOMAINCONTROL.COM.", "ns60.domaincontrol.com"], "godaddy"),
        (["dns1.registrar-servers.com"], "namecheap"),
        (["hydrogen.ns.hetzner.com", "oxygen.ns.hetzner.com", "helium.ns.hetzner.de"], "hetzner"),
        (["dns10.ovh.net", "ns10.ovh.net"], "ovh"),
        (["ns-12-a.gandi.net", "ns-34-b.gandi.net"], "gandi"),
        (["ns1085.ui-dns.com", "ns1031.ui-dns.org", "ns1092.ui-dns.de", "ns1069.ui-dns.biz"], "ionos"),
        (["docks01.rzone.de", "shades01.rzone.de"], "strato"),
        (["ns1.digitalocean.com"], "digitalocean"),
        (["ns1-01.azure-dns.com", "ns2-01.azure-dns.net"], "azure"),
        (["ns-cloud-a1.googledomains.com"], "google"),
        (["ns01.squarespacedns.com"], "squarespace"),
        (["curitiba.ns.porkbun.com"], "porkbun"),
        (["ns1.dyna-ns.net"], "dynadot"),
        (["ns1cny.name.com"], "namecom"),
        (["dns1.p01.nsone.net"], "ns1"),
        (["ns1.vercel-dns.com"], "vercel"),
        (["ns0.wixdns.net"], "wix"),
        (["ns5.kasserver.com"], "allinkl"),
        (["ns0.transip.net", "ns1.transip.nl", "ns2.transip.eu"], "transip"),
        (["ns1.desec.io", "ns2.desec.org"], "desec"),
    ],
)
def test_well_known_servers(servers: list[str], provider: str) -> None:
    found = recognize(servers)
    assert found
    assert found.id == provider


@pytest.mark.parametrize(
    "server",
    [
        "ns1.example.org",
        "domaincontrol.com.example.org",
        "xdomaincontrol.com",
        "ns1.notname.com",
        "awsdns-1.example",
        "ns-1.xawsdns-00.com",
        "com",
        "",
        ".",
        "ovh.net",
    ],
)
def test_only_whole_labels_count(server: str) -> None:
    assert recognize([server]) is None


def test_several_servers() -> None:
    assert recognize([]) is None
    known = recognize(["ns1.example.org", "ns01.domaincontrol.com"])
    assert known
    assert known.id == "godaddy"
    assert recognize(["amy.ns.cloudflare.com", "ns01.domaincontrol.com"]) is None


def test_there_are_many_and_each_is_reached_by_its_own_servers() -> None:
    assert len(providers()) >= 60
    assert len({provider.id for provider in providers()}) == len(providers())
    for provider in providers():
        assert provider.servers
        assert all(server == server.lower() and "." in server for server in provider.servers)
        assert not provider.url or provider.url.startswith("https://")
        for pattern in provider.servers:
            assert recognize([f"{pattern.replace('*', '12')}"]) == provider
            assert recognize([f"ns1.{pattern.replace('*', '12')}"]) == provider


@given(st.lists(st.text(max_size=80), max_size=5))
def test_no_server_name_raises(servers: list[str]) -> None:
    recognize(servers)


def named(provider_id: str) -> list[str]:
    (provider,) = (provider for provider in providers() if provider.id == provider_id)
    return list(instructions(provider, RECORD))


def test_instructions_speak_the_providers_language() -> None:
    steps = named("namecheap")
    assert "Namecheap (https://ap.www.namecheap.com/domains/list/)" in steps[0]
    assert "example.org" in steps[0]
    assert 'In "Host" write: e (not e.example.org: example.org is added automatically).' in steps
    assert any("Advanced DNS" in step for step in steps)


def test_cloudflares_cloud_must_be_gray() -> None:
    assert any("DNS only" in step and "gray" in step for step in named("cloudflare"))


def test_a_trailing_dot_where_it_is_needed() -> None:
    assert any(
        step.startswith('In "Target" write: d111111abcdef8.cloudfront.net. (with the dot') for step in named("ovh")
    )
    assert not any(".net. " in step for step in named("godaddy"))


def test_an_unknown_provider_in_general_words() -> None:
    steps = instructions(None, RECORD)
    assert steps[0] == "Sign in to your DNS provider and open the DNS records of example.org."
    assert any("add a dot at the end" in step for step in steps)
    assert steps[-1].startswith("If there is already another record for e.example.org")


def test_an_unknown_zone() -> None:
    steps = instructions(None, ZONELESS)
    assert "your domain" in steps[0]
    assert any(step.startswith('In "Host or Name" write: e.example.org (without your domain') for step in steps)


def test_a_form_that_wants_the_whole_name() -> None:
    provider = msgspec.structs.replace(UNKNOWN, full_name=True)
    assert any("write: e.example.org (the whole name)" in step for step in instructions(provider, RECORD))
    assert form(provider, RECORD)[1].value == "e.example.org"


def test_a_record_that_is_no_cname() -> None:
    record = msgspec.structs.replace(RECORD, type="CAA", value='0 issue "amazon.com"')
    steps = instructions(msgspec.structs.replace(UNKNOWN, trailing_dot=True), record)
    assert any(step.endswith('write: 0 issue "amazon.com"') for step in steps)
    assert not any("alone" in step or "dot" in step for step in steps)


def test_what_to_copy_into_the_form() -> None:
    (provider,) = (provider for provider in providers() if provider.id == "gandi")
    assert [(box.label, box.value) for box in form(provider, RECORD)] == [
        ("Type", "CNAME"),
        ("Name", "e"),
        ("Hostname", "d111111abcdef8.cloudfront.net."),
    ]
    assert [box.value for box in form(None, RECORD)] == ["CNAME", "e", "d111111abcdef8.cloudfront.net"]


def test_every_provider_gives_whole_sentences() -> None:
    for provider in (*providers(), UNKNOWN):
        for record in (RECORD, ZONELESS):
            assert all(step and step == step.strip() for step in instructions(provider, record))
        assert not provider.note or provider.note.endswith(".")
