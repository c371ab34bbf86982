"""Who sells which kind of item."""

from grandstand.commerce.selling import Seller, Ships

wired: dict[str, Seller] = {}


def register_seller(seller: Seller) -> None:
    """Have `seller` asked for items of its kind. Called by config.wiring only; registering a kind again replaces its seller."""
    wired[seller.kind] = seller


def seller_of(kind: str) -> Seller | None:
    """The seller of a kind; None when nobody sells it."""
    return wired.get(kind)


def the_seller_of(kind: str) -> Seller:
    """The seller of a kind that was sold before. Raises LookupError."""
    try:
        return wired[kind]
    except KeyError:
        raise LookupError(f"no seller of {kind!r} is wired: restore it in config/wiring.py, its orders need it") from None


def the_shipper_of(kind: str) -> Ships:
    """The seller of a kind whose items need shipping. Raises TypeError for one that cannot ship."""
    seller: object = wired.get(kind)
    if not isinstance(seller, Ships):
        raise TypeError(f"the seller of {kind!r} quotes items that need shipping but cannot ship: implement commerce.Ships")
    return seller
