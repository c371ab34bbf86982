"""A picture's bytes."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from uuid import UUID

from grandstand.shop import models
from grandstand.shop.rules.catalogue import draw
from grandstand.shop.values import Drawing, NoSuchPicture


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFile:
    """A picture to hand out."""

    content: bytes
    media_type: str


def picture_file(picture_id: UUID) -> PictureFile:
    """The picture, drawn or read from the storage. One statement. Raises NoSuchPicture."""
    row = models.Picture.objects.filter(id=picture_id).first()
    if row is None:
        raise NoSuchPicture("There is no such picture.")
    if row.drawing is not None:
        return PictureFile(content=draw(Drawing(**row.drawing)).encode(), media_type="image/svg+xml")
    with row.file.open("rb") as file:
        return PictureFile(content=file.read(), media_type=models.PICTURE_TYPES[PurePosixPath(str(row.file.name)).suffix.lstrip(".").lower()])
