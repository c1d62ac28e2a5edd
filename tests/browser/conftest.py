"""Before tests in the browser: the catalogue, as for the tests of pages."""

from tests.web.conftest import compiled_catalogue

__all__ = ["compiled_catalogue"]
