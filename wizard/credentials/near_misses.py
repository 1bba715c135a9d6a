"""Profiles that somebody meant and AWS's tools do not find: how the heading or the settings are written instead."""

import difflib
import os
import re
import unicodedata
from collections.abc import Iterator

from wizard.credentials.file_text import CREDENTIALS, KEY_SETTINGS, SETTINGS, FileText, WrittenSetting
from wizard.credentials.shared_files import Profile, SharedFiles
from wizard.model.results import Problem

_IDS, _SECRETS = ("accesskeyid", "accesskey", "keyid"), ("secretaccesskey", "secretkey", "secret", "accesskeysecret")
_TOKENS = ("sessiontoken", "securitytoken", "token")
_WORD = re.compile(r"""["']?profile["']?(?:[\s:_./-]+|(?=["']))(.+)|\s*profile(.+)""", re.IGNORECASE)
_SHELL = re.compile(r"^(?:export|set|setx|declare -x|\$env:)\s*")
_SHORT = {
    f"{start}{end}": name
    for name, ends in zip(KEY_SETTINGS, (_IDS, _SECRETS, _TOKENS), strict=True)
    for start in ("", "aws")
    for end in ends
}
"""What other tools, the console and people call the parts of a key, without anything between the words."""
_FILE_VARIABLES = {"config": "AWS_CONFIG_FILE", "credentials": "AWS_SHARED_CREDENTIALS_FILE"}


def missing(name: str, named: str, shared: SharedFiles) -> Problem:
    """Return the problem of a profile that is in neither file.

    Args:
        name: the profile.
        named: who names it: a variable, or empty where it was chosen.
        shared: both files.
    """
    message, fix = _hint(name, named, shared)
    values = {
        "profile": visible(name) or "(empty)",
        "named": f"the variable {named}" if named else "`--profile` or the setup",
        "files": f"{shared.config_path} and {shared.credentials_path}",
        "message": message,
        "fix": fix,
    }
    return Problem("profile-missing", values)


def has_heading(name: str, shared: SharedFiles) -> bool:
    """Whether a heading looks like that of a profile that is in neither file."""
    return next(_headings(name, shared), None) is not None


def without_credentials(profile: Profile, shared: SharedFiles) -> Problem | None:
    """Return the problem of a profile that is there and holds no credentials; None where it does not mean to.

    Args:
        profile: the profile.
        shared: both files.
    """
    lines = list(_lines(profile.name, shared))
    if found := next(((path, one) for path, one in lines if one.name in KEY_SETTINGS), None):
        place = f"the profile {visible(profile.name)} ({found[0]}, line {found[1].line})"
        missing = spelled(KEY_SETTINGS[0], profile.name, shared)
        return Problem("keys-incomplete", {"place": place, "missing": missing, "are": "is"})
    unknown = ((path, one, meant(one.name)) for path, one in lines if one.name not in SETTINGS)
    return next((_misread(profile.name, path, one, name) for path, one, name in unknown if name), None)


def _misread(profile: str, path: str, one: WrittenSetting, wanted: str) -> Problem:
    shell = " The line looks like a shell's." if _SHELL.match(one.name) else ""
    return _incomplete(
        profile,
        "none of its settings is one that AWS's tools know. "
        f"Line {one.line} of {path} should begin with `{wanted}`.{shell}",
        f"Write line {one.line} of {path} as `{wanted} = …`, and the other lines likewise: lower case, no `export`.",
    )


def incomplete(profile: Profile, shared: SharedFiles) -> Problem:
    """Return the problem of a profile that was asked for and holds no credentials."""
    found = without_credentials(profile, shared)
    if found:
        return found
    place = next((path for path, _ in _lines(profile.name, shared)), shared.credentials_path)
    return _incomplete(
        profile.name,
        "it exists, but has no credentials: no access key, no single sign-on, no role, and no program.",
        f"Run `aws configure --profile {visible(profile.name)}`, or add the settings to {place}.",
    )


def spelled(part: str, name: str, shared: SharedFiles) -> str:
    """Name a part that a profile lacks, and the line on which it is spelled as AWS's tools do not read it.

    Args:
        part: the setting.
        name: the profile.
        shared: both files.
    """
    wrong = (one for _, one in _lines(name, shared) if one.name not in SETTINGS)
    found = next((one for one in wrong if meant(one.name) == part), None)
    return f"{part} (line {found.line} says {visible(found.name)})" if found else part


def meant(name: str) -> str | None:
    """Return the setting of AWS's that a setting's name stands for; None where it is nothing like one."""
    plain = _plain(_SHELL.sub("", name))
    exact = {_plain(one): one for one in SETTINGS} | {f"aws{_plain(one)}": one for one in CREDENTIALS} | _SHORT
    if plain in exact:
        return exact[plain]
    close = difflib.get_close_matches(plain, exact, 1, 0.87)
    return exact[close[0]] if close else None


def visible(text: str) -> str:
    """Return a name with what nobody sees in it left out."""
    return "".join(one for one in text if unicodedata.category(one)[0] != "C").strip()


def _hint(name: str, named: str, shared: SharedFiles) -> tuple[str, str]:
    """Say what is there instead, and what to do."""
    list_them = "See which profiles exist: `snowpixel credentials`."
    if named and not name:
        return f"The variable {named} is set, but empty.", f"Remove it: `unset {named}`."
    if named and (written := _variable(name, shared)):
        return f"The variable {named} {written}.", f"Set it again without that: `export {named}={_same(name, shared)}`."
    if heading := next(_headings(name, shared), None):
        return heading
    close = difflib.get_close_matches(name, shared.profiles, 1, 0.75)
    if close:
        return (
            f"There is a profile {visible(close[0])}.",
            f"If that is the right one, use its name: `--profile {visible(close[0])}`.",
        )
    return _absent_files(shared), list_them


def _same(name: str, shared: SharedFiles) -> str:
    return next(one for one in shared.profiles if _plain(one) == _plain(name))


def _variable(name: str, shared: SharedFiles) -> str | None:
    """Say what is wrong with a profile's name in a variable, where it would fit without."""
    if name == visible(name).strip("\"'") or not any(_plain(one) == _plain(name) for one in shared.profiles):
        return None
    if name.strip("\"'") != name:
        return "contains quotation marks"
    return (
        "ends with an invisible line ending"
        if name.endswith(("\r", "\n"))
        else "contains spaces or invisible characters"
    )
    return None


def _headings(name: str, shared: SharedFiles) -> Iterator[tuple[str, str]]:
    """Yield what is said of headings that look like the profile's."""
    for text, path, in_config in (
        (shared.config_text, shared.config_path, True),
        (shared.credentials_text, shared.credentials_path, False),
    ):
        for heading in text.headings:
            word = _WORD.fullmatch(heading.name)
            bare = (word[1] or word[2]) if word else heading.name
            if _plain(bare) != _plain(name):
                continue
            wanted = _wanted(name, in_config=in_config)
            why = _why(heading.name, name, word=bool(word), in_config=in_config)
            shown = "".join(one for one in heading.name if unicodedata.category(one)[0] != "C")
            yield (
                f"Line {heading.line} of {path} says [{shown}]: {why}.",
                f"Change line {heading.line} of {path} to {wanted}.",
            )
    if name in shared.sso_sessions:
        users = [one.name for one in shared.profiles.values() if one.settings.get("sso_session") == name]
        use = (
            f"`--profile {users[0]}`"
            if users
            else f"`aws configure sso` creates a profile that uses [sso-session {name}]"
        )
        yield f"{name} is an sso-session, not a profile.", f"Use a profile that signs in with it: {use}."


def _wanted(name: str, *, in_config: bool) -> str:
    if not in_config or name == "default":
        return f"[{name}]"
    return f'[profile "{name}"]' if " " in name else f"[profile {name}]"


def _why(heading: str, name: str, *, word: bool, in_config: bool) -> str:
    if in_config and not word:
        return "in this file a profile's heading begins with the word profile" if name != "default" else _CASE
    if not in_config and word:
        return "in this file a profile's heading is its name alone, without the word profile"
    if in_config and " " in name and not re.search("[\"']", heading):
        return "a name with a space in it needs quotation marks here"
    if in_config and not re.match(r"profile\s", heading):
        return "after the word profile, in lower case, there must be a space, then the name"
    return _CASE


_CASE = "AWS's tools treat that as a different name: capitals, spaces, quotation marks, and invisible characters matter"


def _absent_files(shared: SharedFiles) -> str:
    absent = [
        path
        for path, there in ((shared.config_path, shared.has_config), (shared.credentials_path, shared.has_credentials))
        if not there
    ]
    told = [
        f"The variable {variable} names a file that isn't there."
        for kind, variable in _FILE_VARIABLES.items()
        if os.environ.get(variable) and not (shared.has_config if kind == "config" else shared.has_credentials)
    ]
    if told:
        return " ".join(told)
    return "Neither file exists." if len(absent) == 2 else ""  # noqa: PLR2004 - both of them


def _lines(name: str, shared: SharedFiles) -> Iterator[tuple[str, WrittenSetting]]:
    """Yield the settings of a profile with the file that they stand in."""
    for text, path, headings in (
        (shared.credentials_text, shared.credentials_path, {name}),
        (shared.config_text, shared.config_path, _config_headings(name, shared.config_text)),
    ):
        for one in text.settings:
            if one.section in headings:
                yield path, one


def _config_headings(name: str, text: FileText) -> set[str]:
    return {one.name for one in text.headings if one.name == name == "default" or _in_config(one.name) == name}


def _in_config(heading: str) -> str:
    found = re.fullmatch(r"profile\s+[\"']?(.*?)[\"']?\s*", heading)
    return found[1] if found else ""


def _plain(name: str) -> str:
    return "".join(one for one in name.lower() if one.isalnum())


def _incomplete(name: str, message: str, fix: str) -> Problem:
    return Problem("profile-incomplete", {"profile": visible(name), "message": message, "fix": fix})
