"""Mail into a folder, one .eml file each: for the demo and for development, any mail program opens them."""

import re
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from grandstand.kit.ids import new_id


class EmailBackend(BaseEmailBackend):
    """Files are named by instant, recipient and subject, so that the folder reads like an inbox."""

    def __init__(self, *, folder: str | Path, **options: Any) -> None:
        super().__init__(**options)
        self._folder = Path(folder)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the files, whole or not at all, into a folder that only its owner reads. Raises OSError when it cannot be written."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            written = message.message()
            sent_at = parsedate_to_datetime(str(written["Date"]))
            words = re.sub(r"[^\w.@-]+", "-", f"{message.to[0]} {message.subject}")[:80]
            path = self._folder / f"{sent_at:%Y%m%d-%H%M%S}-{words.strip('-')}-{new_id().hex[-8:]}.eml"
            making = path.with_suffix(".tmp")
            making.write_bytes(written.as_bytes())
            making.replace(path)
        return len(email_messages)
