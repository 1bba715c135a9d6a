"""`python -m wizard`: the same as the command `snowpixel`."""

from wizard.cli import main

if __name__ == "__main__":
    main()
