"""What the database itself refuses, beyond the constraints of the models."""

from grandstand.store.api import Wall, append_only, same_on_both_sides


def _is_its_sellers(table: str, *, of: str) -> Wall:
    return same_on_both_sides(
        name=f"shop_{table}_is_its_{of}s_sellers",
        table=f"shop_{table}",
        columns=[f"{of}_id", "organisation_id"],
        target=f"shop_{'shipping_zone' if of == 'zone' else of}",
        target_columns=["id", "organisation_id"],
        say=f"it belongs to the organisation of its {of}",
    )


WALLS = (
    _is_its_sellers("variant", of="product"),
    _is_its_sellers("picture", of="product"),
    _is_its_sellers("price", of="variant"),
    _is_its_sellers("listing", of="product"),
    _is_its_sellers("shipping_rate", of="zone"),
    _is_its_sellers("parcel_line", of="parcel"),
    _is_its_sellers("parcel_line", of="variant"),
    _is_its_sellers("parcel_change", of="parcel"),
    append_only("shop_price"),
    append_only("shop_parcel_change"),
)
