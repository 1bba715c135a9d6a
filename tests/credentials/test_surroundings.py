"""AWS's variables and the settings beside the credentials, empty, half, quoted, or of another form: one answer each.

What is right follows from the tables: which variable was spoilt, and which values it may have (AWS SDKs and Tools
Reference Guide, settings reference). Valid neighbors of each must not be blamed.
"""

from collections.abc import Iterator

import pytest

from tests.aws.impostor import Answer, Impostor, impostor
from tests.credentials.conftest import Computer
from tests.credentials.test_spellings import UNKNOWN_KEY, ask, told
from wizard.aws.errors import ErrorKind
from wizard.aws.keys import KeySource
from wizard.credentials.settings_check import elsewhere
from wizard.credentials.shared_files import read

KEY, SECRET, TOKEN = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
GOOD = {KEY: "AKIAIOSFODNN7EXAMPLE", SECRET: "PLANTED0secret/0123456789+abcdefghijklmn"}
FILE = f"[default]\naws_access_key_id = {GOOD[KEY]}\naws_secret_access_key = {GOOD[SECRET]}\n"
NOWHERE = "https://127.0.0.1:1"


@pytest.fixture(scope="module")
def server() -> Iterator[Impostor]:
    with impostor() as running:
        running.answer = Answer(UNKNOWN_KEY, 403)
        yield running


def refused(source: KeySource, problem: str, *words: str) -> None:
    """Make sure that a call ends with a problem, told in full and without a secret."""
    error = ask(source)
    assert (error.problem.id, error.kind) == (problem, ErrorKind.DENIED)
    said = told(error.problem)
    for word in words:
        assert word in said
    assert "PLANTED" not in said + str(error)


KEYS = {
    "the secret missing": ({KEY: "AKIAIOSFODNN7EXAMPLE"}, (SECRET,)),
    "the secret empty": ({**GOOD, SECRET: ""}, (SECRET,)),
    "the ID missing": ({SECRET: GOOD[SECRET]}, (KEY,)),
    "the ID empty": ({**GOOD, KEY: ""}, (KEY,)),
    "the token alone": ({TOKEN: "PLANTEDtoken"}, (KEY,)),
    "the old name of the token alone": ({"AWS_SECURITY_TOKEN": "PLANTEDtoken"}, (KEY,)),
    "the token missing": ({**GOOD, KEY: "ASIAIOSFODNN7EXAMPLE"}, (TOKEN,)),
    "the token empty": ({**GOOD, KEY: "ASIAIOSFODNN7EXAMPLE", TOKEN: ""}, (TOKEN,)),
}


@pytest.mark.parametrize("name", KEYS)
def test_half_a_key(name: str, server: Impostor, computer: Computer) -> None:
    given, words = KEYS[name]
    for variable, value in given.items():
        computer.setenv(variable, value)
    refused(KeySource(endpoint=server.url), "keys-incomplete", *words)
    assert [one.problem.id for one in computer.find().values() if one.problem] == ["keys-incomplete"]


@pytest.mark.parametrize("given", [{SECRET: "PLANTED"}, {TOKEN: "PLANTED"}, {KEY: "", SECRET: "PLANTED"}])
def test_half_a_key_that_is_passed_over(given: dict[str, str], server: Impostor, computer: Computer) -> None:
    """Without the ID, AWS's tools go on to the default profile; the list says so, and the call is not to blame."""
    computer.credentials(FILE)
    for variable, value in given.items():
        computer.setenv(variable, value)
    assert ask(KeySource(endpoint=server.url)).problem.id == "wrong-access-key"
    found = {one.name or one.kind: one for one in computer.find().values()}
    assert found["default"].wins
    passed = found["not usable"].problem
    assert passed is not None
    assert KEY in told(passed)


def test_a_token_of_another_key(server: Impostor, computer: Computer) -> None:
    for variable, value in {**GOOD, TOKEN: "PLANTEDtoken"}.items():
        computer.setenv(variable, value)
    refused(KeySource(endpoint=server.url), "keys-unusable", f"the variable {TOKEN}", "AKIA")


PROFILES = {
    "work": ("gone", "the profile gone", "AWS_PROFILE"),
    "close": ("wrok", "There is a profile work", "AWS_PROFILE"),
    "empty": ("", "empty", "unset"),
    "a line end": ("work\r", "invisible line ending", "AWS_PROFILE=work"),
    "a final line": ("work\n", "invisible line ending", "AWS_PROFILE=work"),
    "a blank": ("work ", "spaces", "AWS_PROFILE=work"),
    "quoted": ('"work"', "quotation marks", "AWS_PROFILE=work"),
    "capitals": ("Work", "says [work]", "AWS_PROFILE"),
    "a heading": ("profile work", "work", "AWS_PROFILE"),
    "a session": ("corp", "sso-session", "AWS_PROFILE"),
}


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_a_profile_that_a_variable_names(name: str, variable: str, server: Impostor, computer: Computer) -> None:
    value, *words = PROFILES[name]
    computer.credentials(FILE.replace("default", "work"))
    computer.config("[sso-session corp]\nsso_start_url = https://corp.example.com/start\nsso_region = eu-west-1\n")
    computer.setenv(variable, value)
    words = [word.replace("AWS_PROFILE", variable) for word in words]
    refused(KeySource(endpoint=server.url), "profile-missing", variable, *words)
    assert [one.problem.id for one in computer.find().values() if one.problem] == ["profile-missing"]


@pytest.mark.parametrize("variable", ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"])
def test_a_file_that_a_variable_names_and_is_not_there(variable: str, server: Impostor, computer: Computer) -> None:
    computer.setenv(variable, "/nowhere/at/all")
    refused(KeySource(profile="work", endpoint=server.url), "profile-missing", variable)


MODES = {
    "defaults_mode": ("standard", "auto", "Cross-Region"),
    "sts_regional_endpoints": ("legacy", "regional"),
    "request_checksum_calculation": ("when_supported", "WHEN_REQUIRED"),
    "response_checksum_validation": ("when_supported", "when_required"),
    "account_id_endpoint_mode": ("preferred", "disabled", "required"),
    "ec2_metadata_service_endpoint_mode": ("ipv4", "IPv6"),
}
NUMBERS = {"metadata_service_timeout": "5", "metadata_service_num_attempts": "2"}
NOT_READ = {"AWS_RETRY_MODE": "PLANTED", "AWS_MAX_ATTEMPTS": "PLANTED", "AWS_USE_FIPS_ENDPOINT": "PLANTED"}
"""Variables that are as good as not there: what they say is said to each client anew, or only `true` counts."""


def settings() -> Iterator[tuple[str, str, bool]]:
    """Yield a setting, its value, and whether it is valid."""
    for name, valid in MODES.items():
        yield from ((name, value, True) for value in valid)
        yield from ((name, value, False) for value in ("PLANTED", "legacy standard", f'"{valid[0]}"', f"{valid[0]},"))
    for name, good in NUMBERS.items():
        yield name, good, True
        yield from ((name, value, False) for value in ("PLANTED", "5s", "1.5"))


@pytest.mark.parametrize("setting", tuple(settings()), ids=repr)
@pytest.mark.parametrize("place", ["variable", "profile"])
def test_a_setting(setting: tuple[str, str, bool], place: str, server: Impostor, computer: Computer) -> None:
    name, value, valid = setting
    computer.credentials(FILE)
    where = f"the variable AWS_{name.upper()}"
    if place == "variable":
        computer.setenv(f"AWS_{name.upper()}", value)
    else:
        computer.config(f"[default]\n{name} = {value}\n")
        where = f"{name} in the profile default (~/.aws/config, line 2)"
    source = KeySource(endpoint=server.url)
    if valid:
        assert ask(source).problem.id == "wrong-access-key"
    else:
        refused(source, "setting-unusable", where)


@pytest.mark.parametrize("name", NOT_READ)
def test_a_variable_that_changes_nothing(name: str, server: Impostor, computer: Computer) -> None:
    computer.credentials(FILE)
    computer.setenv(name, NOT_READ[name])
    assert ask(KeySource(endpoint=server.url)).problem.id == "wrong-access-key"


BAD_ENDPOINTS = (
    "localhost:4566",
    "PLANTED",
    "//localhost:4566",
    "http://",
    "http//localhost",
    "ftp://localhost",
    " http://a.b",
    "'http://a'",
)
ENDPOINTS = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS")


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (value, place)
        for value in BAD_ENDPOINTS
        for place in (*ENDPOINTS, "endpoint_url", "services")
        if place in ENDPOINTS or value == value.strip()  # readers of files take off blanks at the ends
    ],
)
def test_an_endpoint_that_is_no_address(value: str, place: str, computer: Computer) -> None:
    computer.credentials(FILE)
    endpoint(computer, place, value)
    refused(KeySource(), "setting-unusable", place if place in ENDPOINTS else "endpoint_url")


def endpoint(computer: Computer, place: str, value: str) -> None:
    if place in ENDPOINTS:
        computer.setenv(place, value)
    elif place == "services":
        computer.config(f"[default]\nservices = mine\n[services mine]\nsts =\n  endpoint_url = {value}\n")
    else:
        computer.config(f"[default]\nendpoint_url = {value}\n")


@pytest.mark.parametrize(
    ("value", "foreign"),
    [
        ("http://localhost:4566", True), ("https://sts.example.com", True), ("http://127.0.0.1:9/x", True),
        ("https://amazonaws.com.example.com", True), ("https://sts.eu-west-1.amazonaws.com", False),
        ("https://vpce-1.sts.eu-west-1.vpce.amazonaws.com", False), ("https://sts.eu-west-1.api.aws", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", [*ENDPOINTS, "AWS_ENDPOINT_URL_S3", "endpoint_url", "services"])
def test_an_endpoint_that_is_not_aws(value: str, foreign: bool, place: str, computer: Computer) -> None:
    if place == "AWS_ENDPOINT_URL_S3":
        computer.setenv(place, value)
    else:
        endpoint(computer, place, value)
    found = elsewhere(read(), "default")
    assert (found is not None) is foreign
    if found is not None:
        assert found.id == "endpoint-elsewhere"
        assert (place if place.startswith("AWS") else "endpoint_url") in told(found)
    computer.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
    assert elsewhere(read(), "default") is None


PROXIES = {
    "socks5://localhost:1080": "SOCKS", "socks5h://PLANTED@localhost:1080": "SOCKS", "SOCKS4://localhost": "SOCKS",
    "http://[::1": "valid", "http://localhost:99999": "valid", "http://localhost:port": "valid",
    "ftp://localhost:3128": "http://", "http://localhost:3128\r": "line end", '"http://localhost:3128"': "quotation",
    "'localhost:3128'": "quotation", "http://": "http://", " http://localhost:3128": "a space",
}  # fmt: skip


@pytest.mark.parametrize("value", PROXIES)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy"])
def test_a_proxy_that_is_no_address(value: str, variable: str, computer: Computer) -> None:
    computer.credentials(FILE)
    computer.setenv(variable, value)
    refused(KeySource(endpoint=NOWHERE), "setting-unusable", f"the variable {variable}", PROXIES[value])


@pytest.mark.parametrize(
    "value", ["localhost:1", "http://localhost:1", "//localhost:1", "http://PLANTED:PLANTED@localhost:1"]
)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy"])
def test_a_proxy_that_does_not_answer(value: str, variable: str, computer: Computer) -> None:
    computer.credentials(FILE)
    computer.setenv(variable, value)
    error = ask(KeySource(endpoint=NOWHERE))
    assert (error.problem.id, error.kind) == ("proxy-unreachable", ErrorKind.UNREACHABLE)
    assert variable in told(error.problem)
    assert "PLANTED" not in told(error.problem)


@pytest.mark.parametrize("place", ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "ca_bundle"])
@pytest.mark.parametrize("what", ["nothing", "no certificates", "empty"])
def test_certificates_that_are_not_there(place: str, what: str, computer: Computer) -> None:
    computer.credentials(FILE)
    path = computer.home / "ca.pem"
    if what != "nothing":
        path.write_text("" if what == "empty" else "PLANTED")
    if place == "ca_bundle":
        computer.config(f"[default]\nca_bundle = {path}\n")
    else:
        computer.setenv(place, str(path))
    refused(
        KeySource(endpoint=NOWHERE),
        "setting-unusable",
        place,
        "isn't there" if what == "nothing" else "no certificates",
    )


ROLE = "arn:aws:iam::123456789012:role/x"
MACHINES = {
    "a token file that is not there": (
        {"AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere", "AWS_ROLE_ARN": ROLE}, "AWS_WEB_IDENTITY_TOKEN_FILE",
    ),
    "a token file without a role": ({"AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere"}, "AWS_ROLE_ARN"),
    "a container's address without scheme": (
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "PLANTED"}, "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ),
    "a container's token file": (
        {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost:1/x",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/nowhere",
        },
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    ),
    "an end that is no time": ({**GOOD, "AWS_CREDENTIAL_EXPIRATION": "PLANTED"}, "AWS_CREDENTIAL_EXPIRATION"),
}  # fmt: skip


@pytest.mark.parametrize("name", MACHINES)
def test_a_machine(name: str, server: Impostor, computer: Computer) -> None:
    given, word = MACHINES[name]
    for variable, value in given.items():
        computer.setenv(variable, value)
    refused(KeySource(endpoint=server.url), "setting-unusable", word)


def test_profiles_without_a_default(server: Impostor, computer: Computer) -> None:
    computer.credentials(FILE.replace("default", "work"))
    refused(KeySource(endpoint=server.url), "no-credentials", "work", "none of them is named default")
