"""A page on this computer: drop exports, get the plan, open its arithmetic."""

from advisor.web.app import Choices, Limits, make_app
from advisor.web.runs import Runs
from advisor.web.server import serve_page
from advisor.web.workspace import Workspace

__all__ = ["Choices", "Limits", "Runs", "Workspace", "make_app", "serve_page"]
