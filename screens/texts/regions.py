"""AWS regions that every account has enabled, with their places."""

REGIONS = (
    ("eu-central-1", "Frankfurt"),
    ("eu-west-1", "Ireland"),
    ("eu-west-2", "London"),
    ("eu-west-3", "Paris"),
    ("eu-north-1", "Stockholm"),
    ("us-east-1", "Virginia"),
    ("us-east-2", "Ohio"),
    ("us-west-1", "California"),
    ("us-west-2", "Oregon"),
    ("ca-central-1", "Montreal"),
    ("sa-east-1", "São Paulo"),
    ("ap-south-1", "Mumbai"),
    ("ap-southeast-1", "Singapore"),
    ("ap-southeast-2", "Sydney"),
    ("ap-northeast-1", "Tokyo"),
    ("ap-northeast-2", "Seoul"),
    ("ap-northeast-3", "Osaka"),
)


def options(chosen: str) -> list[tuple[str, str]]:
    """Return what to offer as (label, region), with the one that is chosen even where the list does not know it."""
    known = [(f"{region}  {place}", region) for region, place in REGIONS]
    return known if chosen in dict(REGIONS) else [(chosen, chosen), *known]
