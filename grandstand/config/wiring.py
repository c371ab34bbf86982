"""Who hears which fact, who sells which kind. The only place where an upper room is tied to a lower one."""


def wire() -> None:
    """Tie the rooms together. Called once when Django is ready; calling it again changes nothing."""
