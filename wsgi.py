"""What `flask` finds by itself in this folder: the commands of `service.cli`."""

from service.cli import make as create_app

__all__ = ["create_app"]
