"""Every "no" of the shop, each with what to do next."""

from grandstand.kit.errors import NotFound, Refusal


class NoSuchProduct(NotFound):
    """There is no such product, or nobody outside the shop may see it."""

    code = "no_such_product"


class NoSuchVariant(NotFound):
    """There is no such variant, or it is another organisation's."""

    code = "no_such_variant"


class NoSuchPicture(NotFound):
    """There is no such picture."""

    code = "no_such_picture"


class NoSuchZone(NotFound):
    """There is no such shipping zone or rate."""

    code = "no_such_shipping_zone"


class NoSuchParcel(NotFound):
    """There is no such parcel, or not for this person."""

    code = "no_such_parcel"


class NoSuchDrop(NotFound):
    """There is no such drop to come: it was released, or called off."""

    code = "no_such_drop"


class ProductWrong(Refusal):
    """A detail of a product, variant, picture, price or listing cannot be right. `detail["field"]` names it."""

    code = "product_wrong"
    status = 422


class SlugTaken(Refusal):
    """Another product has this short name. `detail["field"]`."""

    code = "slug_taken"


class SkuTaken(Refusal):
    """Another variant has this article number, or this size and colour. `detail["field"]`."""

    code = "sku_taken"


class NotListable(Refusal):
    """A product needs a variant with a price before it is listed. `detail["missing"]` names what there is not."""

    code = "not_listable"


class PriceTaken(Refusal):
    """There is a price from that very instant already; prices are never changed, only followed by another."""

    code = "price_taken"


class StockRefused(Refusal):
    """The stock cannot be changed so: fewer units than are set aside and sold would be left."""

    code = "stock_refused"


class RateWrong(Refusal):
    """A detail of a shipping zone or rate cannot be right. `detail["field"]` names it."""

    code = "rate_wrong"
    status = 422


class AddressWrong(Refusal):
    """Parts of the address cannot be right. `detail["errors"]` maps the field to `required` or `invalid`."""

    code = "address_wrong"
    status = 422


class ParcelCannot(Refusal):
    """A parcel cannot go that way from where it is. `detail["status"]` is where, `detail["number"]` which."""

    code = "parcel_cannot"


class TooFewUnits(Refusal):
    """More of a line is taken back than is left of it. `detail["left"]`."""

    code = "too_few_units"


class StillAtTheShop(Refusal):
    """Units that never left cannot be refunded without being sold again. `detail["field"]`, `detail["line_id"]`."""

    code = "still_at_the_shop"
