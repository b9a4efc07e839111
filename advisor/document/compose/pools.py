"""What subjects that were judged together are called in the language of the report."""

from collections.abc import Mapping

from advisor.diagnosis import Diagnosis
from advisor.judge import RuleEvaluation


def subject_name(
    row: Mapping[str, object], evaluation: RuleEvaluation, diagnosis: Diagnosis
) -> str:
    """The name of the subject of *row*; of several together (`3 ads of Spring`) in the language of
    the report."""
    name = str(row.get("name") or row["key"])
    kind = evaluation.measured_as
    if kind is None:
        return name
    count, _, rest = name.partition(f" {diagnosis.grader.vocabulary.subjects[kind].plural} ")
    if not count.isdecimal():
        return name
    language, plural = diagnosis.language, diagnosis.vocabulary.subjects[kind].plural
    if rest == "together":
        return language.gettext("{n} {plural} together", n=int(count), plural=plural)
    if rest.startswith("of "):
        return language.gettext(
            "{n} {plural} of {whole}", n=int(count), plural=plural, whole=rest.removeprefix("of ")
        )
    return name
