"""The packages that the product is installed with: oldest, newest, and those that the tests are run with."""
