"""Who may see the dashboard: whoever came with the token. There is no form to guess it by."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler
from voila.voila_identity_provider import VoilaIdentityProvider

_PAGE = Path(__file__).with_name("voila") / "no_token.html"


class NoToken(JupyterHandler):
    """Tells, in Danish, that the address lacks its key."""

    @allow_unauthenticated
    def get(self) -> None:
        """Answer 403 with the page."""
        self.set_status(403)
        self.finish(_PAGE.read_text(encoding="utf-8"))

    post = get


class TokenOnly(VoilaIdentityProvider):  # type: ignore[misc]
    """Lets in by token, or by the cookie that the token earned."""

    def get_handlers(self) -> list[tuple[str, type[Any]]]:
        """Return a page in place of the login form."""
        return [(r"/login", NoToken)]
