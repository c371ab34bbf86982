"""Who hears which fact, who sells which kind. The only place where an upper room is tied to a lower one."""


def wire() -> None:
    """Tie the rooms together. Called once when Django is ready; calling it again changes nothing."""
    wire_people()


def wire_people() -> None:
    """Mail about accounts goes through messaging, markets come from movement, and rooms that know a person are asked at export and erasure."""
    from grandstand.messaging import api as messaging
    from grandstand.movement import api as movement
    from grandstand.people import api as people

    people.use_mail(messaging.queue_account_mail)
    people.use_markets(lambda: [(market.code, market.name) for market in movement.markets()])
    people.register_personal_data("people", people.AccountOfPerson())
    people.register_personal_data("movement", movement.RolesOfPerson())
    people.register_personal_data("messaging", messaging.NoticesOfPerson())
