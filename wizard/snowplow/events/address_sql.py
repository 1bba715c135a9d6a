"""SQL that shortens IP addresses, in DuckDB's dialect."""

_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_NO_IPV6 = "[0-9A-Fa-f]{5}|:::|^:[^:]|[^:]:$|::.*::"


def shortened_sql(address: str) -> str:
    """Return SQL of an IP address without the part that tells one household from the next.

    That is the last 8 bits (IPv4) or 80 bits (IPv6); null for what is no address.
    """
    head, tail = f"split_part({address}, '::', 1)", f"split_part({address}, '::', 2)"
    groups, after = (f"list_filter(string_split({part}, ':'), lambda g: g <> '')" for part in (head, tail))
    zeros = f"list_transform(range(8 - len({groups}) - len({after})), lambda n: '0')"
    gap = f"CASE WHEN contains({address}, '::') THEN {zeros} ELSE [] END"
    plain = "lambda g: lower(coalesce(nullif(ltrim(g, '0'), ''), '0'))"
    joined = f"array_to_string(list_transform(list_concat({groups}, {gap}, {after})[1:3], {plain}), ':')"
    number = f"CASE WHEN contains({address}, '::') THEN len({groups}) + len({after}) <= 7 ELSE len({groups}) = 8 END"
    valid = f"regexp_matches({address}, '^[0-9A-Fa-f:]+$') AND NOT regexp_matches({address}, '{_NO_IPV6}') AND {number}"
    return (
        f"CASE WHEN contains({address}, ':') THEN "
        f"CASE WHEN {valid} THEN regexp_replace({joined}, '(^0)?(:0)*$', '') || '::' END "
        f"WHEN regexp_matches({address}, '^({_OCTET}\\.){{3}}{_OCTET}$') "
        f"THEN regexp_extract({address}, '^(.*)\\.[0-9]+$', 1) || '.0' END"
    )
