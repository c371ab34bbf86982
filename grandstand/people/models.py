"""A person, known once for the whole platform."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from grandstand.kit.clock import now
from grandstand.kit.ids import new_id


class People(BaseUserManager["Person"]):
    """Makes persons; Django's auth asks for these two names."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        """A person who signs in with `email`. Without a password, only other ways of signing in work."""
        fields.setdefault("joined_at", now())  # Django's createsuperuser, a command, passes no instant
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        """A person of the platform's own staff."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody with an account: a fan, an athlete, a steward, a member of an organisation's staff."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    market_code = models.CharField(_("market"), max_length=20, blank=True, default="")
    joined_at = models.DateTimeField(editable=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)

    objects = People()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "people_person"
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="people_person_email_in_lower_case"),
            models.CheckConstraint(
                condition=models.Q(erased_at=None) | models.Q(name="", market_code="", is_active=False, is_staff=False, is_superuser=False),
                name="people_person_erased_is_blank",
            ),
        ]

    def get_full_name(self) -> str:
        """What Django's and Unfold's templates ask for."""
        return self.name

    def __str__(self) -> str:
        return self.name or self.email
