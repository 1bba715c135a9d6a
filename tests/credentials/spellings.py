"""Every way in which the AWS files are written wrong that was thought of, with the right answer beside it.

The answers come from this table: which line was spoilt, and what is wrong with it. The shapes are from public reports
(aws-cli #3419, #4903, awslogs #367, boto #2800, ansible #53051, amazonka #177) and from their neighbors.
"""

from collections.abc import Iterator
from dataclasses import dataclass

ID, SECRET, TOKEN = "aws_access_key_id", "aws_secret_access_key", "aws_session_token"
VALUES = {ID: "AKIAIOSFODNN7EXAMPLE", SECRET: "PLANTED0secret/0123456789+abcdefghijklmn", TOKEN: "PLANTEDtoken=="}
KEYS = [f"{name} = {VALUES[name]}" for name in (ID, SECRET)]
FILES = {"config": "[profile work]", "credentials": "[work]"}
"""Each file and its heading of the profile `work`."""


@dataclass(frozen=True)
class Case:
    """One spoilt file.

    Attributes:
        name: what is wrong, and where.
        file: `config` or `credentials`.
        data: its bytes.
        problem: the id that names it.
        words: what the answer must say, all of it.
        asked: whether AWS has to refuse the key before it is said.
    """

    name: str
    file: str
    data: bytes
    problem: str
    words: tuple[str, ...]
    asked: bool = False


def every() -> list[Case]:
    """Return all cases."""
    return [*encodings(), *lines(), *headings(), *names(), *values()]


def _text(*given: str) -> bytes:
    return ("\n".join(given) + "\n").encode()


def encodings() -> Iterator[Case]:
    """Yield files that are not saved as UTF-8 without a mark."""
    for file, heading in FILES.items():
        whole = _text(heading, *KEYS)
        spoilt = {
            "a BOM": (b"\xef\xbb\xbf" + whole, ("byte order mark",)),
            "a BOM before a comment": (b"\xef\xbb\xbf# mine\n" + whole, ("byte order mark",)),
            "UTF-16 with its mark": (whole.decode().encode("utf-16"), ("UTF-16",)),
            "UTF-16, big end first": (b"\xfe\xff" + whole.decode().encode("utf-16-be"), ("UTF-16",)),
            "UTF-16 without a mark": (whole.decode().encode("utf-16-le"), ("UTF-16",)),
            "UTF-32": (whole.decode().encode("utf-32"), ("UTF-32",)),
            "Latin-1": (whole + "# Schlüssel\n".encode("latin-1"), ("line 4", "UTF-8")),
            "Windows-1252": (b"# \x93quoted\x94\n" + whole, ("line 1", "UTF-8")),
            "a cut character": (whole + "# ü".encode()[:-1], ("line 4", "UTF-8")),
            "a NUL": (whole + b"\0\n", ("line 4", "equals sign")),
        }
        for name, (data, words) in spoilt.items():
            yield Case(f"{file}: {name}", file, data, "profiles-unreadable", (f"~/.aws/{file}", *words))


def lines() -> Iterator[Case]:
    """Yield files with a line that no reader takes."""
    for file, heading in FILES.items():
        good = [heading, *KEYS]
        for number, setting in enumerate([*KEYS, "region = eu-west-1"]):
            name = setting.partition(" ")[0]
            twice = [heading, *KEYS, "region = eu-west-1", setting]
            words: tuple[str, ...] = (
                "line 5",
                name,
                "[work]" if file == "credentials" else "[profile work]",
                f"line {2 + number}",
            )
            yield Case(f"{file}: {name} twice", file, _text(*twice), "profiles-unreadable", words)
        unknown = [*good, "PLANTEDstray = 1", "PLANTEDstray = 2"]
        yield Case(f"{file}: a stray line twice", file, _text(*unknown), "profiles-unreadable", ("line 5", "line 4"))
        spoilt = {
            "the section twice": ([*good, "", heading, *KEYS], ("line 5", "line 1", heading)),
            "no heading": (KEYS, ("line 1", "before the first heading")),
            "a heading later": ([*KEYS, "", heading], ("line 1", "before the first heading")),
            "no equals sign": ([*good, "PLANTEDline"], ("line 4", "equals sign")),
            "two lines without it": ([heading, "PLANTEDline", *KEYS, "", "another"], ("lines 2, 6", "equals sign")),
            "an open heading": ([*good, "[other"], ("line 4", "begins with [")),
            "a block without it": ([*good, "s3 =", "  max_queue_size = 1", "  PLANTED"], ("line 6", "equals sign")),
        }
        for name, (given, words) in spoilt.items():
            yield Case(f"{file}: {name}", file, _text(*given), "profiles-unreadable", (f"~/.aws/{file}", *words))


def headings() -> Iterator[Case]:
    """Yield headings that are not those of the profile `work`, and mean it."""
    wanted = {"config": "[profile work]", "credentials": "[work]"}
    spelled = {
        "config": (
            "work", "Profile work", "PROFILE work", "profile-work", "profile_work", "profile:work", "profile.work",
            "profilework", "Work", "profile Work", "profile WORK", '"profile work"', " work ", "profile wor\u200bk",
        ),
        "credentials": (
            "profile work", "Profile work", "Work", "WORK", " work", "work ", '"work"', "'work'", "wo\u200brk",
            "\u00a0work", 'profile "work"', "profile-work",
        ),
    }  # fmt: skip
    for file, all_of_them in spelled.items():
        for heading in all_of_them:
            words = (f"~/.aws/{file}", "line 3", wanted[file])
            data = _text("# mine", "", f"[{heading}]", *KEYS)
            yield Case(f"{file}: [{heading}]", file, data, "profile-missing", words)


MISSPELLED = {
    ID: (
        "export aws_access_key_id", "export AWS_ACCESS_KEY_ID", "set AWS_ACCESS_KEY_ID", "aws-access-key-id",
        "AccessKeyId", "awsAccessKeyId", "access_key_id", "aws_acces_key_id", "aws_access_key",
        "$env:AWS_ACCESS_KEY_ID", '"AccessKeyId"', "aws access key id", "aws_access_key_id\u200b",
    ),
    SECRET: (
        "export AWS_SECRET_ACCESS_KEY", "aws-secret-access-key", "SecretAccessKey", "secret_access_key",
        "aws_secret_acces_key", "aws_secret_key", "set aws_secret_access_key", "$env:AWS_SECRET_ACCESS_KEY",
    ),
}  # fmt: skip


def names() -> Iterator[Case]:
    """Yield settings that are spelled in another way."""
    for file, heading in FILES.items():
        for spelled in MISSPELLED[ID]:
            data = _text(heading, f"{spelled} = {VALUES[ID]}", "x = 1")
            yield Case(f"{file}: {spelled}", file, data, "profile-incomplete", (f"~/.aws/{file}", "line 2", ID))
            data = _text(heading, f"{spelled} = {VALUES[ID]}", KEYS[1])
            words = ("the profile work", ID, "line 2")
            yield Case(f"{file}: {spelled}, the secret right", file, data, "keys-incomplete", words)
        for spelled in MISSPELLED[SECRET]:
            data = _text(heading, KEYS[0], f"{spelled} = {VALUES[SECRET]}")
            words = ("the profile work", SECRET, "line 3")
            yield Case(f"{file}: {spelled}", file, data, "keys-incomplete", words)
        yield Case(f"{file}: nothing", file, _text(heading), "profile-incomplete", ("no credentials",))
        yield Case(f"{file}: a region", file, _text(heading, "region = x"), "profile-incomplete", ("no credentials",))
        for part, left in ((ID, KEYS[1]), (SECRET, KEYS[0])):
            data = _text(heading, left)
            yield Case(f"{file}: no {part}", file, data, "keys-incomplete", ("the profile work", part))
            data = _text(heading, left, f"{part} =")
            yield Case(f"{file}: {part} empty", file, data, "keys-incomplete", ("the profile work", part))


def values() -> Iterator[Case]:
    """Yield values that no key has; those with invisible characters are in `test_unusable_keys`."""
    for file, heading in FILES.items():
        for number, part in enumerate((ID, SECRET), 2):
            spoilt = {
                "quoted": (f'"{VALUES[part]}"', "quotation mark"),
                "quoted once": (f"'{VALUES[part]}", "quotation mark"),
                "with a comment": (f"{VALUES[part]} # mine", "comment"),
                "in two": (f"{VALUES[part][:9]} {VALUES[part][9:]}", "space"),
            }
            for name, (value, word) in spoilt.items():
                keys = dict(VALUES) | {part: value}
                data = _text(heading, *(f"{one} = {keys[one]}" for one in (ID, SECRET)))
                words = (part, f"~/.aws/{file}, line {number}", word)
                yield Case(f"{file}: {part} {name}", file, data, "keys-unusable", words)
        swapped = _text(heading, f"{ID} = {VALUES[SECRET]}", f"{SECRET} = {VALUES[ID]}")
        yield Case(f"{file}: swapped", file, swapped, "keys-unusable", ("line 2", "swapped"))
        left_over = _text(heading, *KEYS, f"{TOKEN} = {VALUES[TOKEN]}")
        yield Case(
            f"{file}: a token of another key", file, left_over, "keys-unusable", (TOKEN, "line 4", "AKIA"), asked=True
        )
        without = _text(heading, f"{ID} = ASIAIOSFODNN7EXAMPLE", KEYS[1])
        yield Case(f"{file}: no token", file, without, "keys-incomplete", (TOKEN,), asked=True)
