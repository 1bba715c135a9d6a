"""TLS contexts are made once for a run of the program, and anew when what they were made from has changed."""

from pathlib import Path

import pytest
import trustme

from wizard.net.tls_trust import verifying


def authority(path: Path) -> Path:
    trustme.CA().cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(autouse=True)
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system that trusts one authority."""
    path = authority(tmp_path / "system.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    return path


def test_it_is_made_once(tmp_path: Path) -> None:
    more = str(authority(tmp_path / "more.pem"))
    assert verifying() is verifying()
    assert verifying(more) is verifying(more)
    assert verifying() is not verifying(more)
    assert len(verifying(more).get_ca_certs()) == len(verifying().get_ca_certs()) + 1


def test_each_user_has_its_own_for_libraries_change_them() -> None:
    assert verifying() is not verifying(use="dns")


@pytest.mark.parametrize("name", ["system.pem", "more.pem"])
def test_another_authority_in_the_same_file_counts(tmp_path: Path, name: str) -> None:
    more = str(authority(tmp_path / "more.pem"))
    before = verifying(more)
    certificates = before.get_ca_certs(binary_form=True)
    authority(tmp_path / name)
    after = verifying(more)
    assert after is not before
    assert after.get_ca_certs(binary_form=True) != certificates


def test_another_setting_counts(system: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = verifying()
    monkeypatch.setenv("SSL_CERT_FILE", str(authority(tmp_path / "another.pem")))
    assert verifying() is not before
    monkeypatch.setenv("SSL_CERT_FILE", str(system))
    assert verifying().get_ca_certs() == before.get_ca_certs()


def test_a_file_that_cannot_be_read_is_said_each_time_until_it_can(tmp_path: Path) -> None:
    missing = tmp_path / "missing.pem"
    for _ in range(2):
        with pytest.raises(OSError, match="No such file"):
            verifying(str(missing))
    authority(missing)
    assert verifying(str(missing)).get_ca_certs()
