"""The secret key: made once for a local installation, demanded for every other; and those before it, while they still open what they sealed."""

import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from grandstand.config.environment import SettingWrong

SHORTEST = 50


def secret_key(given: str, *, home: Path, local: bool) -> str:
    """The key from the environment, or this machine's own when local. Raises SettingWrong when it must be given and is not, or is short.

    Makes `home` for its owner's eyes only, when it is not there: the key lies in it, or the data that the key protects.
    """
    if given:
        _check_length("GRANDSTAND_SECRET_KEY", given)
    elif not local:
        raise SettingWrong(
            "GRANDSTAND_SECRET_KEY is missing: make one with `python -c 'import secrets; print(secrets.token_urlsafe(64))'` and set it"
        )
    make_home(home)
    return given or _own_key(home / "secret_key")


def older_keys(given: Sequence[str]) -> list[str]:
    """Keys from before, which still open what they sealed and verify what they signed. Raises SettingWrong for a short one."""
    for key in given:
        _check_length("GRANDSTAND_SECRET_KEY_FALLBACKS", key)
    return list(given)


def fingerprint(secret: str) -> str:
    """32 hexadecimal digits that tell secrets apart and nothing else: a secret of 50 characters is not guessed from them."""
    return HKDF(algorithm=SHA256(), length=16, salt=None, info=b"grandstand.config fingerprint 1").derive(secret.encode()).hex()


def make_home(home: Path) -> None:
    """Make the folder of all local data, for its owner's eyes only. One that is there stays as it is."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)


def _check_length(name: str, key: str) -> None:
    if len(key) < SHORTEST:
        raise SettingWrong(f"{name} has {len(key)} characters: use {SHORTEST} or more")


def _own_key(path: Path) -> str:
    if not path.exists():
        # Written beside and linked into place, so that another process sees the whole key or none; who comes second keeps the first one's.
        making = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(making, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
        with suppress(FileExistsError):
            os.link(making, path)
        making.unlink()
    return path.read_text().strip()
