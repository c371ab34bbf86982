"""Copy the browser libraries that npm fetched to where pages find them. Pinned in package-lock.json, never committed."""

import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

TARGET = Path(__file__).resolve().parents[2] / "static" / "ui" / "vendor"
LIBRARIES = {"htmx.org/dist/htmx.min.js": "htmx.min.js", "htmx.org/LICENSE": "htmx.LICENSE.txt"}
"""Where each file is in node_modules, and its name among ours."""


class Command(BaseCommand):
    help = "Copy the browser libraries from node_modules to the static files of ui"

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Every library is in place afterwards, as npm has it; nothing else is touched."""
        modules = Path(settings.BASE_DIR) / "node_modules"
        missing = [source for source in LIBRARIES if not (modules / source).exists()]
        if missing:
            raise CommandError(f"{', '.join(missing)} not in {modules}: run `npm ci` there first, or `make setup`, which does both")
        TARGET.mkdir(parents=True, exist_ok=True)
        for source, name in LIBRARIES.items():
            shutil.copyfile(modules / source, TARGET / name)
        self.stdout.write(f"{len(LIBRARIES)} files of browser libraries in {TARGET}")
