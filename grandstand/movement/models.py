"""Who takes part: organisations in a tree, their members, the markets they sell in."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grandstand.kit.ids import new_id
from grandstand.movement.values import OrganisationKind
from grandstand.movement.values import Role as RoleValue


class Organisation(models.Model):
    """An organisation of the sport movement. Every business row belongs to one. That the tree has no cycle is a wall (migrations)."""

    class Kind(models.TextChoices):
        RIGHTS_OWNER = OrganisationKind.RIGHTS_OWNER.value, _("rights owner")
        FEDERATION = OrganisationKind.FEDERATION.value, _("federation (IF)")
        NATIONAL_COMMITTEE = OrganisationKind.NATIONAL_COMMITTEE.value, _("national committee (NOC)")
        ORGANISING_COMMITTEE = OrganisationKind.ORGANISING_COMMITTEE.value, _("organising committee (OCOG)")
        PARTNER = OrganisationKind.PARTNER.value, _("partner")
        LICENSEE = OrganisationKind.LICENSEE.value, _("licensee")
        MEDIA_RIGHTS_HOLDER = OrganisationKind.MEDIA_RIGHTS_HOLDER.value, _("media rights holder (MRH)")
        CLUB = OrganisationKind.CLUB.value, _("club")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of"))
    kind = models.CharField(_("kind"), max_length=30, choices=Kind.choices)
    slug = models.SlugField(_("short name"), max_length=60, unique=True, help_text=_("Lower-case letters, digits and hyphens, for addresses."))
    name = models.CharField(_("name"), max_length=150)
    legal_name = models.CharField(_("legal name"), max_length=200, blank=True, help_text=_("As it stands on invoices; the name when left empty."))
    address = models.TextField(_("address"), blank=True)
    country = models.CharField(_("country"), max_length=2, help_text=_("Two letters (ISO 3166-1), such as FR."))
    currency = models.CharField(_("currency"), max_length=3, help_text=_("Three letters (ISO 4217): the currency of its books."))
    time_zone = models.CharField(_("time zone"), max_length=50, default="UTC", help_text=_("Such as Europe/Paris."))
    tax_number = models.CharField(_("tax number"), max_length=40, blank=True)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        db_table = "movement_organisation"
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering: ClassVar = ["name"]
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
        OWNER = RoleValue.OWNER.value, _("owner")
        ORGANISER = RoleValue.ORGANISER.value, _("organiser")
        BOX_OFFICE = RoleValue.BOX_OFFICE.value, _("box office")
        SHOP = RoleValue.SHOP.value, _("shop")
        STEWARD = RoleValue.STEWARD.value, _("steward")
        FINANCE = RoleValue.FINANCE.value, _("finance")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person"))
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("organisation"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    since_at = models.DateTimeField(_("since"), editable=False)

    class Meta:
        db_table = "movement_membership"
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["person", "organisation", "role"], name="movement_membership_once_per_role")]

    def __str__(self) -> str:
        return f"{self.person}, {self.get_role_display()}"


class Market(models.Model):
    """Territories with their languages, one currency and one time zone: what a person shops in."""

    code = models.SlugField(_("code"), primary_key=True, max_length=20)
    name = models.CharField(_("name"), max_length=100)
    names = models.JSONField(
        _("name in other languages"), default=dict, blank=True, help_text=_('By language code: {"fr": "Chine", "zh-hans": "中国"}.')
    )
    territories = models.JSONField(_("territories"), help_text=_("ISO 3166-1 codes such as FR, finer ones as ISO 3166-2 such as GB-NIR."))
    languages = models.JSONField(_("languages"), help_text=_("Language codes, the default one first."))
    currency = models.CharField(_("currency"), max_length=3, help_text=_("Three letters (ISO 4217), such as EUR."))
    time_zone = models.CharField(_("time zone"), max_length=50)
    prices_include_tax = models.BooleanField(_("prices include tax"), default=True)
    is_default = models.BooleanField(_("default market"), default=False)

    class Meta:
        db_table = "movement_market"
        verbose_name = _("market")
        verbose_name_plural = _("markets")
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=models.Q(is_default=True), name="movement_market_one_default"),
        ]

    def __str__(self) -> str:
        return self.name
