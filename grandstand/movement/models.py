"""Who takes part: organisations in a tree, their members, the markets they sell in."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grandstand.kit.ids import new_id


class Organisation(models.Model):
    """An organisation of the sport movement. Every business row belongs to one."""

    class Kind(models.TextChoices):
        RIGHTS_OWNER = "rights_owner", _("rights owner")
        FEDERATION = "federation", _("federation (IF)")
        NATIONAL_COMMITTEE = "national_committee", _("national committee (NOC)")
        ORGANISING_COMMITTEE = "organising_committee", _("organising committee (OCOG)")
        PARTNER = "partner", _("partner")
        LICENSEE = "licensee", _("licensee")
        MEDIA_RIGHTS_HOLDER = "media_rights_holder", _("media rights holder (MRH)")
        CLUB = "club", _("club")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    kind = models.CharField(max_length=30, choices=Kind.choices)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=150)
    legal_name = models.CharField(max_length=200, blank=True)
    address = models.TextField(blank=True)
    country = models.CharField(max_length=2, help_text=_("ISO 3166-1 alpha-2"))
    currency = models.CharField(max_length=3, help_text=_("ISO 4217: the currency of its books"))
    time_zone = models.CharField(max_length=50, default="UTC")
    tax_number = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "movement_organisation"
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("id")), name="movement_organisation_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person works for an organisation in a role. One row per role."""

    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        ORGANISER = "organiser", _("organiser")
        BOX_OFFICE = "box_office", _("box office")
        SHOP = "shop", _("shop")
        STEWARD = "steward", _("steward")
        FINANCE = "finance", _("finance")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "movement_membership"
        constraints = [models.UniqueConstraint(fields=["person", "organisation", "role"], name="movement_membership_once_per_role")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role} {self.organisation_id}"


class Market(models.Model):
    """Territories with their languages, one currency and one time zone: what a person shops in."""

    code = models.SlugField(primary_key=True, max_length=20)
    name = models.CharField(max_length=100)
    territories = models.JSONField(help_text=_("ISO 3166-1 alpha-2 codes, finer ones as ISO 3166-2"))
    languages = models.JSONField(help_text=_("language codes, the first is the default"))
    currency = models.CharField(max_length=3)
    time_zone = models.CharField(max_length=50)
    prices_include_tax = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False)

    class Meta:
        db_table = "movement_market"
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=models.Q(is_default=True), name="movement_market_one_default"),
        ]

    def __str__(self) -> str:
        return self.name
