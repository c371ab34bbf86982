"""The door of people: who somebody is, their language and market, and everything we know of them."""

from grandstand.people.personal_data import AccountOfPerson
from grandstand.people.ports import PersonalData, register_personal_data, use_erasures, use_mail, use_markets
from grandstand.people.queries import erased_people, find_person_by_email, people, person
from grandstand.people.services import create_person, erase_person, export_person, set_language_and_market, set_name
from grandstand.people.values import AccountMail, EmailTaken, LanguageUnknown, MarketUnknown, NoSuchPerson, PersonSummary, SecondStepUnreadable

__all__ = [
    "AccountMail",
    "AccountOfPerson",
    "EmailTaken",
    "LanguageUnknown",
    "MarketUnknown",
    "NoSuchPerson",
    "PersonSummary",
    "PersonalData",
    "SecondStepUnreadable",
    "create_person",
    "erase_person",
    "erased_people",
    "export_person",
    "find_person_by_email",
    "people",
    "person",
    "register_personal_data",
    "set_language_and_market",
    "set_name",
    "use_erasures",
    "use_mail",
    "use_markets",
]
