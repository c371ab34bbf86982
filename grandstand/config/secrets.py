"""The secret key: made once for a local installation, demanded for every other."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from grandstand.config.environment import SettingWrong

SHORTEST = 50


def secret_key(given: str, *, home: Path, local: bool) -> str:
    """The key from the environment, or this machine's own when local. Raises SettingWrong when it must be given and is not, or is short."""
    if given:
        if len(given) < SHORTEST:
            raise SettingWrong(f"GRANDSTAND_SECRET_KEY has {len(given)} characters: use {SHORTEST} or more")
        return given
    if not local:
        raise SettingWrong(
            "GRANDSTAND_SECRET_KEY is missing: make one with `python -c 'import secrets; print(secrets.token_urlsafe(64))'` and set it"
        )
    return _own_key(home / "secret_key")


def _own_key(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # Written beside and linked into place, so that another process sees the whole key or none; who comes second keeps the first one's.
        making = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(making, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
        with suppress(FileExistsError):
            os.link(making, path)
        making.unlink()
    return path.read_text().strip()
