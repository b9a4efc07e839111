"""The plan as Markdown, and its appendix: from the templates `plan.md.j2`, `appendix.md.j2`."""

import jinja2

from advisor.document import Document
from advisor.report.environment import render_template
from advisor.report.parts import for_templates

PLAN_TEMPLATE, APPENDIX_TEMPLATE = "plan.md.j2", "appendix.md.j2"


def render_pages(document: Document, environment: jinja2.Environment) -> tuple[str, str]:
    """plan.md, and appendix.md with what the plan leaves out. Raises AdvisorError where a template
    is at fault."""
    context = for_templates(document)
    return (
        render_template(environment, PLAN_TEMPLATE, context),
        render_template(environment, APPENDIX_TEMPLATE, context),
    )


def render_markdown(document: Document, environment: jinja2.Environment) -> str:
    """plan.md. Raises AdvisorError where a template is at fault."""
    return render_template(environment, PLAN_TEMPLATE, for_templates(document))


def render_appendix(document: Document, environment: jinja2.Environment) -> str:
    """appendix.md. Raises AdvisorError where a template is at fault."""
    return render_template(environment, APPENDIX_TEMPLATE, for_templates(document))
