"""Uploads: in memory up to a cap, beyond it encrypted in a nameless file; never in the clear on the disk."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from niangjia.foundation.files.chunks import SealedWriter, reader

IN_MEMORY = 2 * 1024 * 1024
AT_MOST = 400 * 1024 * 1024
SPOOL = b"upload"


class Spool:
    """What comes in, until it is read: bytes in memory, or a sealed file without a name."""

    def __init__(self, cap: int = IN_MEMORY) -> None:
        self._cap = cap
        self._memory = io.BytesIO()
        self._raw: BinaryIO | None = None
        self._writer: SealedWriter | None = None

    def write(self, data: bytes) -> None:
        """Take in more."""
        if self._writer is None and self._memory.tell() + len(data) > self._cap:
            self._to_disk()
        if self._writer is None:
            self._memory.write(data)
        else:
            self._writer.write(data)

    @property
    def is_on_disk(self) -> bool:
        """Tell whether the cap was passed."""
        return self._raw is not None

    def read_back(self) -> BinaryIO:
        """Return the content as a seekable stream; nothing more can be written."""
        if self._writer is None or self._raw is None:
            self._memory.seek(0)
            return self._memory
        self._writer.finish()
        return reader(self._raw, bound_to=SPOOL)

    def close(self) -> None:
        """Forget what came in."""
        self._memory.close()
        if self._raw is not None:
            self._raw.close()

    def _to_disk(self) -> None:
        folder = Path(settings.NIANGJIA_HOME.tmp)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._raw = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - it lives as long as the upload
        self._writer = SealedWriter(self._raw, bound_to=SPOOL)
        with self._memory.getbuffer() as held:
            self._writer.write(held)
        self._memory = io.BytesIO()


class SealedUploadHandler(FileUploadHandler):
    """Django's only upload handler here: see FILE_UPLOAD_HANDLERS."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self.spool = Spool()
        self.size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take in a part.

        Raises:
            RequestDataTooBig: more than ``AT_MOST`` bytes, whatever the request said of its length.
        """
        self.size += len(raw_data)
        if self.size > AT_MOST:
            self.spool.close()
            raise RequestDataTooBig("the uploaded file is too large")
        self.spool.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[Any]:
        """Return the upload, to be read from its start."""
        content = self.spool.read_back()
        return UploadedFile(
            content, self.file_name, self.content_type, file_size, self.charset, self.content_type_extra
        )

    def upload_interrupted(self) -> None:
        """Forget what came in."""
        if hasattr(self, "spool"):
            self.spool.close()
