"""Knowledge as data: texts, prices, DNS providers, the pixel, templates and styles. Read with `importlib.resources`."""
