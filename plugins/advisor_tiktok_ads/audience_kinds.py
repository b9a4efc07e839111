"""Kinds of reports that are broken down by audience."""

import attrs

from advisor import KindInfo

COUNTS = ("impressions", "clicks", "purchases", "ad_revenue", "spend")
SHARES = ("audience_share", "age_share")
_ADS_MANAGER = (
    "TikTok Ads Manager > Analytics > Custom reports: add the dimension Age, Gender or "
    "Country/Region to By Day, Cost, Impressions and Clicks (destination)"
)
_API = (
    "GET /open_api/v1.3/report/integrated/get/ with report_type AUDIENCE, or a loader: Airbyte "
    "*_audience_reports_*, Fivetran campaign_country_report, Singer ad_insights_by_*"
)
BY_AUDIENCE = {
    "ads-manager-report": (
        "ads-manager-audience",
        "Ads Manager report by age, gender or country",
        _ADS_MANAGER,
    ),
    "marketing-api-report": ("marketing-api-audience", "Marketing API audience report", _API),
}
"""What a report is where it is broken down by audience: kind, title, where to get it."""


def kind_info(report: KindInfo, title: str, where: str) -> KindInfo:
    """What a report by audience gives beside the counts of *report*."""
    return attrs.evolve(
        report,
        title=title,
        where=where,
        subjects=("segment", "territory"),
        counts=(*COUNTS, *SHARES),
        documentation="Segments by age and gender with their share of the impressions, and "
        "territories; rows whose age or gender is not known are in no segment.",
    )
