"""Runs before a packed kiosk: text recognition is found inside the folder where it was packed along."""

import os
import sys
from pathlib import Path

shipped = Path(vars(sys)["_MEIPASS"]) / "tesseract"
if shipped.is_dir():
    os.environ["PATH"] = os.pathsep.join(filter(None, (str(shipped), os.environ.get("PATH"))))
    os.environ["TESSDATA_PREFIX"] = str(shipped / "tessdata")
