"""The engine of snowpixel: everything but the screens. Start reading at `stages.py`."""

__version__ = "0.1.0"
