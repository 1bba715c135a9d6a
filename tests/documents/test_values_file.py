"""The values file: everything to copy, whole, for its owner only, and never over somebody else's file."""

from pathlib import Path

import pytest

from wizard.documents import values_file
from wizard.model.results import DnsRecord
from wizard.model.setup import Goal, Made, Setup, SetupChoices, TrackerFile
from wizard.snowplow.setup_snippet import snippet_for
from wizard.snowplow.snippet_builder import Variant

MADE = Made(
    account="123456789012",
    content_bucket="snowpixel-main-ab-content",
    log_bucket="snowpixel-main-ab-logs",
    distribution="E123",
    distribution_domain="d1.cloudfront.net",
    certificate="arn:aws:acm:us-east-1:123456789012:certificate/x",
    validation_name="_abc.e.example.org.",
    validation_value="_def.acm-validations.aws.",
)
SETUP = Setup(name="main", id="ab12cd34", created=0, choices=SetupChoices(domain="e.example.org"), made=MADE)


def told(setup: Setup, *records: DnsRecord) -> str:
    return values_file.text(setup, values_file.of(setup, records))


def test_it_holds_records_tags_and_names_each_value_whole_on_lines_of_its_own() -> None:
    text = told(SETUP)
    lines = text.splitlines()
    records = ("_abc.e.example.org", "_def.acm-validations.aws", "e.example.org", "d1.cloudfront.net")
    assert [value for value in (*records, MADE.log_bucket) if value not in lines] == []
    for variant in Variant:
        made = snippet_for(SETUP, "main", variant)
        assert made is not None
        assert made.tag.rstrip("\n") in text
        assert [line for line in (made.no_script, made.image, *made.csp) if line not in lines] == []


def test_what_a_walk_knows_of_a_record_is_added_and_nothing_stands_twice() -> None:
    record = DnsRecord("_abc.e.example.org", "CNAME", "_def.acm-validations.aws", "_abc.e", "proves it")
    lines = told(SETUP, record).splitlines()
    assert lines[lines.index("Record 1 (CNAME), host, as most forms expect it:") + 1] == "_abc.e"
    assert lines.count("_abc.e.example.org") == 1


def test_what_is_not_made_yet_is_left_out_and_of_nothing_there_is_no_section() -> None:
    assert values_file.of(Setup(name="main", id="ab", created=0, choices=SetupChoices(), made=Made())) == ()
    early = Setup(name="main", id="ab", created=0, choices=SetupChoices(domain="e.example.org"), made=Made())
    assert [section.title for section in values_file.of(early)] == ["For your pages"]


def test_a_tracker_without_a_pixel_has_its_script_element_and_no_tag() -> None:
    file = TrackerFile(key="x1.js", sha384="c2hh", md5="", size=1, source="file", version="4.10.1", flavour="umd")
    choices = SetupChoices(goals=(Goal.JS_SERVER,), tracker_url="https://www.example.org/x1.js")
    setup = Setup(name="main", id="ab", created=0, choices=choices, made=Made(tracker=file))
    [section] = values_file.of(setup)
    assert [value.label for value in section.values] == [values_file.ALONE]
    assert "https://www.example.org/x1.js" in section.values[0].value


def test_control_characters_do_not_get_into_it_and_nothing_is_cut() -> None:
    long = "v" * 5000
    text = told(SETUP, DnsRecord("a.example.org", "CNAME", f"\x1b]0;{long}\u202e\x07", "a", ""))
    assert f"]0;{long}\n" in text
    assert not {"\x1b", "\u202e", "\x07"} & set(text)


def test_it_is_its_owners_only_and_may_be_written_anew(tmp_path: Path) -> None:
    path = values_file.keep(tmp_path / "home", SETUP, values_file.of(SETUP))
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert values_file.keep(tmp_path / "home", SETUP, values_file.of(SETUP)[:1]) == path
    assert "== For your pages ==" not in path.read_text()
    assert [one.name for one in path.parent.iterdir()] == ["main.txt"]


def test_a_file_of_an_earlier_version_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "values.txt"
    path.write_text(f"snowpixel: values of the set-up {SETUP.name} ({SETUP.id})\nof old\n")
    values_file.write(path, SETUP, values_file.of(SETUP))
    assert path.read_text() == values_file.text(SETUP, values_file.of(SETUP))


@pytest.mark.parametrize(
    "content",
    ["", "mine", "snowpixel: values of the setup main (ab12cd3", "snowpixel: values of the setup shop (ab12cd34)\n"],
)
def test_a_file_of_somebody_elses_is_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "values.txt"
    path.write_text(content)
    with pytest.raises(values_file.ValuesError, match="was left alone"):
        values_file.write(path, SETUP, values_file.of(SETUP))
    assert path.read_text() == content


def test_no_link_is_followed_and_no_folder_replaced(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for path in (tmp_path, tmp_path / "link"):
        with pytest.raises(values_file.ValuesError, match="was left alone"):
            values_file.write(path, SETUP, values_file.of(SETUP))
    assert not (tmp_path / "elsewhere").exists()


def test_a_place_that_is_none_is_said_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(values_file.ValuesError, match="Choose another place"):
        values_file.write(tmp_path / "none" / "values.txt", SETUP, values_file.of(SETUP))
    (tmp_path / "home").write_text("")
    with pytest.raises(values_file.ValuesError, match="a folder in its path is a file"):
        values_file.keep(tmp_path / "home", SETUP, values_file.of(SETUP))
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
