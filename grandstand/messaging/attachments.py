"""Files that rooms make for their notices when these are sent."""

from collections.abc import Callable

from grandstand.messaging.values import Attachment

type AttachmentProvider = Callable[[str], bytes]

_providers: dict[str, AttachmentProvider] = {}


def provide_attachments(name: str, provider: AttachmentProvider) -> None:
    """Have `provider(provider_id)` make the files of this name. Called by config.wiring only; calling it again replaces the provider.

    Raising means "not yet": the notice is tried again later, its error in its row.
    """
    _providers[name] = provider


def content(attachment: Attachment) -> bytes:
    """The file. Raises LookupError when nobody provides it, and what the provider raises."""
    try:
        provider = _providers[attachment.provider]
    except KeyError:
        raise LookupError(f"nobody provides {attachment.provider!r} attachments: register it in config/wiring.py") from None
    return provider(attachment.provider_id)
