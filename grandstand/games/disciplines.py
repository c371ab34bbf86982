"""The usual disciplines with their codes and names in three languages. An edition copies those it needs and may name others.

The codes are those that schedules and results of summer Games use in public; names are common words.
"""

from functools import cache

from grandstand.games.drafts import DisciplineDraft
from grandstand.games.rules import folded

# code: names in English, French and Chinese
_SPORTS = {
    "aquatics": ("Aquatics", "Sports aquatiques", "水上运动"),
    "archery": ("Archery", "Tir à l’arc", "射箭"),
    "athletics": ("Athletics", "Athlétisme", "田径"),
    "badminton": ("Badminton", "Badminton", "羽毛球"),
    "baseball-softball": ("Baseball and Softball", "Baseball et softball", "棒垒球"),
    "basketball": ("Basketball", "Basket-ball", "篮球"),
    "boxing": ("Boxing", "Boxe", "拳击"),
    "canoe": ("Canoe", "Canoë-kayak", "皮划艇"),
    "ceremonies": ("Ceremonies", "Cérémonies", "典礼"),
    "climbing": ("Sport Climbing", "Escalade sportive", "竞技攀岩"),
    "cricket": ("Cricket", "Cricket", "板球"),
    "cycling": ("Cycling", "Cyclisme", "自行车"),
    "equestrian": ("Equestrian", "Sports équestres", "马术"),
    "fencing": ("Fencing", "Escrime", "击剑"),
    "flag-football": ("Flag Football", "Flag football", "腰旗橄榄球"),
    "football": ("Football", "Football", "足球"),
    "golf": ("Golf", "Golf", "高尔夫球"),
    "gymnastics": ("Gymnastics", "Gymnastique", "体操"),
    "handball": ("Handball", "Handball", "手球"),
    "hockey": ("Hockey", "Hockey", "曲棍球"),
    "judo": ("Judo", "Judo", "柔道"),
    "lacrosse": ("Lacrosse", "Lacrosse", "棍网球"),
    "modern-pentathlon": ("Modern Pentathlon", "Pentathlon moderne", "现代五项"),
    "rowing": ("Rowing", "Aviron", "赛艇"),
    "rugby": ("Rugby", "Rugby", "橄榄球"),
    "sailing": ("Sailing", "Voile", "帆船"),
    "shooting": ("Shooting", "Tir sportif", "射击"),
    "skateboarding": ("Skateboarding", "Skateboard", "滑板"),
    "squash": ("Squash", "Squash", "壁球"),
    "surfing": ("Surfing", "Surf", "冲浪"),
    "table-tennis": ("Table Tennis", "Tennis de table", "乒乓球"),
    "taekwondo": ("Taekwondo", "Taekwondo", "跆拳道"),
    "tennis": ("Tennis", "Tennis", "网球"),
    "triathlon": ("Triathlon", "Triathlon", "铁人三项"),
    "volleyball": ("Volleyball", "Volley-ball", "排球"),
    "weightlifting": ("Weightlifting", "Haltérophilie", "举重"),
    "wrestling": ("Wrestling", "Lutte", "摔跤"),
}

# code: sport, names in English, French and Chinese ("" as the sport's), and what else files call it
_DISCIPLINES: dict[str, tuple[str, str, str, str, tuple[str, ...]]] = {
    "ARC": ("archery", "", "", "", ()),
    "ATH": ("athletics", "", "", "", ("track and field", "athletics track field")),
    "BDM": ("badminton", "", "", "", ()),
    "BK3": ("basketball", "3x3 Basketball", "Basket-ball 3x3", "三人篮球", ("basketball 3x3", "3 on 3 basketball")),
    "BKB": ("basketball", "", "", "", ()),
    "BMF": ("cycling", "BMX Freestyle", "BMX freestyle", "自由式小轮车", ("cycling bmx freestyle",)),
    "BMX": ("cycling", "BMX Racing", "BMX racing", "小轮车竞速", ("cycling bmx racing", "bmx")),
    "BOX": ("boxing", "", "", "", ()),
    "BSB": ("baseball-softball", "", "", "", ("baseball softball",)),
    "CER": ("ceremonies", "", "", "", ("ceremony", "opening ceremony", "closing ceremony")),
    "CKT": ("cricket", "", "", "", ()),
    "CLB": ("climbing", "", "", "", ("climbing",)),
    "CRD": ("cycling", "Road Cycling", "Cyclisme sur route", "公路自行车", ("cycling road",)),
    "CSL": ("canoe", "Canoe Slalom", "Canoë-kayak slalom", "皮划艇激流回旋", ()),
    "CSP": ("canoe", "Canoe Sprint", "Canoë-kayak sprint", "皮划艇静水", ()),
    "CTR": ("cycling", "Track Cycling", "Cyclisme sur piste", "场地自行车", ("cycling track",)),
    "DIV": ("aquatics", "Diving", "Plongeon", "跳水", ()),
    "EQU": ("equestrian", "", "", "", ("equestrian sports",)),
    "FBL": ("football", "", "", "", ("football soccer", "soccer")),
    "FEN": ("fencing", "", "", "", ()),
    "FFB": ("flag-football", "", "", "", ()),
    "GAR": ("gymnastics", "Artistic Gymnastics", "Gymnastique artistique", "竞技体操", ("gymnastics artistic",)),
    "GLF": ("golf", "", "", "", ()),
    "GRY": ("gymnastics", "Rhythmic Gymnastics", "Gymnastique rythmique", "艺术体操", ("gymnastics rhythmic",)),
    "GTR": ("gymnastics", "Trampoline", "Trampoline", "蹦床", ("trampoline gymnastics", "gymnastics trampoline")),
    "HBL": ("handball", "", "", "", ()),
    "HOC": ("hockey", "", "", "", ("field hockey",)),
    "JUD": ("judo", "", "", "", ()),
    "LAC": ("lacrosse", "", "", "", ("lacrosse sixes",)),
    "MPN": ("modern-pentathlon", "", "", "", ()),
    "MTB": ("cycling", "Mountain Bike", "VTT", "山地自行车", ("mountain biking", "cycling mountain bike")),
    "OWS": ("aquatics", "Open Water Swimming", "Natation en eau libre", "公开水域游泳", ("marathon swimming",)),
    "RCB": ("rowing", "Coastal Rowing", "Aviron de mer", "海岸赛艇", ("rowing coastal", "beach sprint rowing")),
    "ROW": ("rowing", "", "", "", ()),
    "RU7": ("rugby", "Rugby Sevens", "Rugby à sept", "七人制橄榄球", ("rugby 7s",)),
    "SAL": ("sailing", "", "", "", ()),
    "SHO": ("shooting", "", "", "", ()),
    "SKB": ("skateboarding", "", "", "", ()),
    "SQU": ("squash", "", "", "", ()),
    "SRF": ("surfing", "", "", "", ()),
    "SWA": ("aquatics", "Artistic Swimming", "Natation artistique", "花样游泳", ()),
    "SWM": ("aquatics", "Swimming", "Natation", "游泳", ()),
    "TEN": ("tennis", "", "", "", ()),
    "TKW": ("taekwondo", "", "", "", ()),
    "TRI": ("triathlon", "", "", "", ()),
    "TTE": ("table-tennis", "", "", "", ()),
    "VBV": ("volleyball", "Beach Volleyball", "Beach-volley", "沙滩排球", ()),
    "VVO": ("volleyball", "", "", "", ()),
    "WLF": ("weightlifting", "", "", "", ()),
    "WPO": ("aquatics", "Water Polo", "Water-polo", "水球", ()),
    "WRE": ("wrestling", "", "", "", ()),
}

# One discipline that files announce under the names of its branches.
_BRANCHES = {"baseball": ("BSB", "Baseball"), "softball": ("BSB", "Softball")}


@cache
def known_disciplines() -> dict[str, DisciplineDraft]:
    """The usual disciplines by code, with their sports, in English, French and Chinese."""
    return {code: _draft(code) for code in _DISCIPLINES}


@cache
def discipline_names() -> dict[str, tuple[str, str]]:
    """What files call a discipline, folded, to its code and the branch of it that the name means ("" for all of it)."""
    found = dict(_BRANCHES)
    for code, (_, _, _, _, others) in _DISCIPLINES.items():
        draft = known_disciplines()[code]
        found |= {folded(name): (code, "") for name in (draft.name, *draft.names.values(), *others)}
    return found


def _draft(code: str) -> DisciplineDraft:
    sport_code, *own, _ = _DISCIPLINES[code]
    sport = _SPORTS[sport_code]
    english, french, chinese = own if own[0] else sport
    return DisciplineDraft(
        code=code,
        name=str(english),
        names={"fr": str(french), "zh-hans": str(chinese)},
        sport_code=sport_code,
        sport_name=sport[0],
        sport_names={"fr": sport[1], "zh-hans": sport[2]},
    )
