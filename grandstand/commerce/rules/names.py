"""What may stand in a buyer's name, which our mail repeats."""

import re

_BEFORE_NAMES = "st|ste|dr|dra|mr|mrs|ms|mme|mlle|prof|ing|mag|hon|rev|fr|sr|sra|jr|fam|ph|th|chr|joh|wm|co"
"""What people write with a dot and no space before a name, or before the `KG` of a firm."""

_LINK = re.compile(
    r"://|\bwww\.|\w\.(?:com|net|org|info|biz|shop|xyz|top)\b|\w\.[^\W\d_]{2,}/|[\r\n]"
    rf"|\b(?!(?:{_BEFORE_NAMES})\.)[\w-]{{2,}}\.[^\W\d_]{{2,}}\b",
    re.IGNORECASE,
)
"""A scheme, a host, or a line of its own. `J.van der Berg` and `Dr.Smith` are names: an initial or a title stands before their dots."""


def has_link(name: str) -> bool:
    """Whether a mail program could make a link of it, so that an order for a stranger's address would carry advertisement to them."""
    return _LINK.search(name) is not None
