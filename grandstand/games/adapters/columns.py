"""What the columns of a table of sessions mean, by their many names."""

import re

from grandstand.games import rules
from grandstand.games.adapters import cells
from grandstand.games.adapters.files import Notes

_COLUMNS = {
    "code": "session code|code|session|session id|id|code session|场次|场次编号|编号",
    "discipline": "sport|discipline|sport name|项目|运动项目|大项",
    "title": "description|title|event|events|session description|name|session name|épreuves|titre|intitulé|说明|内容|比赛内容|标题",
    "venue": "venue|location|stadium|place|venue name|lieu|site|场馆|地点",
    "zone": "zone|cluster|area|city|ville|赛区|城市",
    "day": "date|day|session date|start date|jour|日期",
    "starts": "start local|start|start time|starts|begin|time|local start|début|heure de début|开始|开始时间",
    "ends": "end local|end|end time|ends|finish|local end|fin|heure de fin|结束|结束时间",
    "next_day": "end next day|next day|ends next day|passes midnight|fin lendemain|次日结束",
    "time_zone": "tz|time zone|timezone|fuseau|fuseau horaire|时区",
    "stage": "round|phase|stage|tour|阶段|轮次",
    "lowest": "price low|low price|price min|min price|price from|lowest price|price|prix min|prix|最低价|票价",
    "highest": "price high|high price|price max|max price|price to|highest price|prix max|最高价",
    "currency": "currency|devise|币种|货币",
    "ticketed": "ticketed|tickets|on sale|billetterie|售票|是否售票",
    "country": "country|country code|pays|国家",
    "capacity": "capacity|capacité|容量",
}
_ROLES = {rules.folded(name): role for role, names in _COLUMNS.items() for name in names.split("|")}
_TITLE_IN = re.compile(r"(description|title|titre|标题)[ _(-]+(en|fr|zh|zh[-_]hans)\)?", re.IGNORECASE)
_FIELDS = {
    "discipline": {"discipline_code", "branch"},
    "title": {"title"},
    "venue": {"venue_code"},
    "zone": {"zone"},
    "day": {"day_on"},
    "starts": {"starts_local"},
    "ends": {"ends_local"},
    "time_zone": {"time_zone"},
    "stage": {"stage"},
    "ticketed": {"ticketed"},
}
PRICES = ("lowest", "highest")


def columns(header: list[str], notes: Notes) -> dict[str, str]:
    """What each understood column means, by its header."""
    found: dict[str, str] = {}
    for name in header:
        role = _role(name)
        if role is None:
            notes.add("unknown_column", 1, column=name, known=", ".join(sorted(names.split("|", 1)[0] for names in _COLUMNS.values())))
        elif role in found.values():
            notes.add("column_twice", 1, column=name, first=next(other for other, taken in found.items() if taken == role))
        else:
            found[name] = role
    return found


def _role(name: str) -> str | None:
    if m := _TITLE_IN.fullmatch(name):
        language = m[2].lower().replace("_", "-")
        return "title" if language == "en" else f"title:{'zh-hans' if language == 'zh' else language}"
    key = rules.folded(name)
    currency = cells.currency_in(name)
    bare = " ".join(word for word in key.split() if word != currency.casefold()) if currency else key
    if (role := _ROLES.get(bare)) in PRICES:
        return role
    return _ROLES.get(key)


def says(roles: set[str]) -> frozenset[str]:
    """The draft fields that columns with these roles speak of."""
    spoken = {field for role in roles for field in _FIELDS.get(role, set())}
    return frozenset(spoken | ({"titles"} if any(role.startswith("title:") for role in roles) else set()))
