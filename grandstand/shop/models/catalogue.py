"""What the shop sells: products and their variants, pictures, prices, and the markets they are sold in."""

from django.core.validators import FileExtensionValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grandstand.kit.ids import new_id
from grandstand.shop.values import Category, ProductStatus, Unlisted

PICTURE_TYPES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp"}
"""What may be uploaded. No SVG: one from outside may hold script."""

_COLOUR = RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write the colour as #rrggbb."))


class CategoryName(models.TextChoices):
    """The shop's departments as people read them."""

    CLOTHING = Category.CLOTHING, _("Clothing")
    ACCESSORIES = Category.ACCESSORIES, _("Accessories")
    COLLECTORS = Category.COLLECTORS, _("For collectors")
    TOYS = Category.TOYS, _("Toys")
    HOME = Category.HOME, pgettext_lazy("shop", "Home")
    SPORT = Category.SPORT, _("Sports equipment")


class ProductStatusName(models.TextChoices):
    """The states of a product as people read them."""

    DRAFT = ProductStatus.DRAFT, pgettext_lazy("product", "draft")
    LISTED = ProductStatus.LISTED, pgettext_lazy("product", "on sale")
    WITHDRAWN = ProductStatus.WITHDRAWN, pgettext_lazy("product", "withdrawn")


class UnlistedName(models.TextChoices):
    """The reasons for not selling somewhere that somebody decides."""

    NOT_GRANTED = Unlisted.NOT_GRANTED, _("no right to sell it there")
    NOT_APPROVED = Unlisted.NOT_APPROVED, _("not approved for there")
    NOT_SHIPPED = Unlisted.NOT_SHIPPED, _("cannot be shipped there")
    BY_CHOICE = Unlisted.BY_CHOICE, _("our choice")


class Owned(models.Model):
    """A row of an organisation's shop."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation"))

    class Meta:
        abstract = True


class Product(Owned):
    """Something the shop sells, in one or more variants. `version` counts changes of its conditions.

    `search_text` holds everything a search looks in, case-folded: a database's own folding knows no letters beyond ASCII on SQLite.
    """

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    category = models.CharField(_("category"), max_length=20, choices=CategoryName.choices)
    names = models.JSONField(_("name"))
    descriptions = models.JSONField(_("description"), default=dict, blank=True)
    licensed_mark = models.CharField(_("licensed mark"), max_length=200, blank=True)
    tax_class = models.CharField(_("tax class"), max_length=30, default="standard")
    status = models.CharField(_("status"), max_length=10, choices=ProductStatusName.choices, default=ProductStatus.DRAFT)
    limit_per_line = models.PositiveIntegerField(_("most in one order"), default=10)
    cap_per_person = models.PositiveIntegerField(_("most per person"), null=True, blank=True)
    sale_starts_at = models.DateTimeField(_("sale starts"), null=True, blank=True)
    sale_ends_at = models.DateTimeField(_("sale ends"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"), editable=False)
    search_text = models.TextField(editable=False)

    class Meta:
        db_table = "shop_product"
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.UniqueConstraint(fields=["id", "organisation"], name="shop_product_has_one_seller"),
            models.CheckConstraint(condition=Q(status__in=[status.value for status in ProductStatus]), name="shop_product_status_is_known"),
            models.CheckConstraint(condition=Q(limit_per_line__gte=1), name="shop_product_limit_from_one"),
            models.CheckConstraint(
                condition=Q(cap_per_person=None) | Q(cap_per_person__gte=F("limit_per_line")), name="shop_product_cap_not_below_limit"
            ),
            models.CheckConstraint(
                condition=Q(sale_starts_at=None) | Q(sale_ends_at=None) | Q(sale_ends_at__gt=F("sale_starts_at")),
                name="shop_product_sale_ends_after_it_starts",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "status"], name="shop_product_by_status")]

    def __str__(self) -> str:
        return str(self.names.get("en") or self.slug)


class Variant(Owned):
    """One thing that is sold and stocked. Its pool holds interchangeable pieces of it; the shop sells from the account `public`."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="variants", verbose_name=_("product"))
    sku = models.CharField(_("article number"), max_length=40)
    size = models.CharField(_("size"), max_length=20, blank=True)
    colour = models.CharField(_("colour"), max_length=7, blank=True, validators=[_COLOUR], help_text=_("such as #b4512d"))
    colour_names = models.JSONField(_("name of the colour"), default=dict, blank=True)
    weight_g = models.PositiveIntegerField(_("weight, packed (g)"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    pool = models.OneToOneField("inventory.Pool", on_delete=models.PROTECT, related_name="+", editable=False, verbose_name=_("stock"))
    account = models.OneToOneField("inventory.Account", on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        db_table = "shop_variant"
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "sku"], name="shop_variant_article_number_once"),
            models.UniqueConstraint(fields=["product", "size", "colour"], name="shop_variant_size_and_colour_once"),
            models.UniqueConstraint(fields=["id", "organisation"], name="shop_variant_has_one_seller"),
        ]

    def __str__(self) -> str:
        return self.sku


class Picture(Owned):
    """A picture of a product or of one variant: drawn by ui's grammar, or a file. Never changed: a new one has another address."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="pictures", verbose_name=_("product"))
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("variant"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    drawing = models.JSONField(_("drawing"), null=True, blank=True)
    file = models.FileField(
        _("file"), upload_to="shop/pictures/%Y/%m", max_length=200, blank=True, validators=[FileExtensionValidator(sorted(PICTURE_TYPES))]
    )
    alt = models.JSONField(_("what is to be seen"))

    class Meta:
        db_table = "shop_picture"
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        constraints = [
            models.CheckConstraint(
                condition=Q(drawing__isnull=True, file__gt="") | Q(drawing__isnull=False, file=""), name="shop_picture_is_drawn_or_a_file"
            ),
        ]

    def __str__(self) -> str:
        return str(self.alt.get("en", ""))


class Price(Owned):
    """What one unit of a variant costs in a currency from an instant on, until a later row of the same currency. Append-only."""

    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="prices", verbose_name=_("variant"))
    currency = models.CharField(_("currency"), max_length=3)
    amount_minor = models.BigIntegerField(_("price"))
    valid_from_at = models.DateTimeField(_("valid from"))

    class Meta:
        db_table = "shop_price"
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            models.UniqueConstraint(fields=["variant", "currency", "valid_from_at"], name="shop_price_once_per_variant_currency_and_instant"),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="shop_price_from_zero"),
        ]


class Listing(Owned):
    """A decision: this product is sold in this market, or is not, and why. Without a row it is not."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="listings", verbose_name=_("product"))
    market = models.ForeignKey("movement.Market", on_delete=models.PROTECT, related_name="+", verbose_name=_("market"))
    unlisted = models.CharField(
        _("not sold because"), max_length=20, blank=True, choices=UnlistedName.choices, help_text=_("empty: it is sold there")
    )
    note = models.CharField(_("in our words"), max_length=200, blank=True)
    decided_at = models.DateTimeField(_("decided"), editable=False)

    class Meta:
        db_table = "shop_listing"
        verbose_name = _("sold in a market")
        verbose_name_plural = _("sold in markets")
        constraints = [
            models.UniqueConstraint(fields=["product", "market"], name="shop_listing_once_per_market"),
            models.CheckConstraint(condition=Q(unlisted__in=["", *UnlistedName.values]), name="shop_listing_reason_is_known"),
        ]
