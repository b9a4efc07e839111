"""The plan as Markdown, from the template `plan.md.j2`."""

import jinja2

from advisor.document import Document
from advisor.report.environment import render_template
from advisor.report.parts import for_templates

PLAN_TEMPLATE = "plan.md.j2"


def render_markdown(document: Document, environment: jinja2.Environment) -> str:
    """plan.md. Raises AdvisorError where a template is at fault."""
    return render_template(environment, PLAN_TEMPLATE, for_templates(document))
