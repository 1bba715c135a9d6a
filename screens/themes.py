"""The dark and the light theme, in which every text keeps its contrast.

Textual's own are the model; their colors of text are set anew where they were too faint to read. WCAG 2.2 asks for a
contrast of 4.5 to 1 (success criterion 1.4.3, text) and of 3 to 1 (1.4.11, what is no text); a test measures both.
"""

from textual.theme import Theme

DARK = Theme(
    name="snowpixel-dark",
    primary="#0178d4",
    secondary="#004578",
    accent="#ffa62b",
    warning="#ffa62b",
    error="#ba3c5b",
    success="#4ebf71",
    background="#121212",
    surface="#1e1e1e",
    foreground="#e0e0e0",
    variables={
        "foreground-muted": "#a6a6a6",
        "foreground-disabled": "#6e6e6e",
        "text-muted": "#a6a6a6",
        "text-error": "#e0869b",
        "primary-muted": "#0d3251",
        "error-muted": "#451d27",
    },
)

LIGHT = Theme(
    name="snowpixel-light",
    primary="#00569c",
    secondary="#004578",
    accent="#a86400",
    warning="#a86400",
    error="#ba3c5b",
    success="#2b8a4b",
    background="#f8f8f6",
    surface="#ececea",
    panel="#e0e6ec",
    foreground="#1b1b1b",
    dark=False,
    variables={
        "foreground-muted": "#555555",
        "foreground-disabled": "#868686",
        "text-muted": "#555555",
        "text-primary": "#004f8f",
        "text-success": "#14602c",
        "text-warning": "#794700",
        "text-accent": "#794700",
        "text-error": "#9c1f3c",
        "primary-muted": "#cfe1f2",
        "error-muted": "#f4d6dc",
        "footer-key-foreground": "#004f8f",
    },
)
