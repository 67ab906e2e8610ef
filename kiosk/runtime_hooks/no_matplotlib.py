"""Runs before a packed kiosk: mediapipe's drawing module imports matplotlib, which nothing here calls or ships."""

import sys
from types import ModuleType

if "matplotlib" not in sys.modules:
    matplotlib, pyplot = ModuleType("matplotlib"), ModuleType("matplotlib.pyplot")
    vars(matplotlib)["pyplot"] = pyplot
    sys.modules |= {"matplotlib": matplotlib, "matplotlib.pyplot": pyplot}
