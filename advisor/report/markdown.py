"""The plan as Markdown, from the template `plan.md.j2`."""

import jinja2

from advisor.document import Document, as_json
from advisor.report.environment import render_template

PLAN_TEMPLATE = "plan.md.j2"


def render_markdown(document: Document, environment: jinja2.Environment) -> str:
    """plan.md. Raises AdvisorError where a template is at fault."""
    return render_template(environment, PLAN_TEMPLATE, as_json(document))
