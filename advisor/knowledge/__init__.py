"""Rule packs and bands, made into one checked set of rules."""

from advisor.knowledge.condition_parser import ConditionReader
from advisor.knowledge.guide_coverage import coverage
from advisor.knowledge.installed import installed_rules
from advisor.knowledge.lint_advice import Objection, objections
from advisor.knowledge.lint_bands import Strain, Verdict, strains
from advisor.knowledge.lint_wording import (
    Audience,
    Text,
    Wording,
    band_wording,
    check_wording,
    rule_wording,
)
from advisor.knowledge.load import (
    OWN_BANDS,
    REGION_UNKNOWN,
    RuleSet,
    bands_of,
    check_names,
    inactive_reason,
    load_rules,
    own_folders,
    own_version,
)
from advisor.knowledge.resolve import Resolver, ShopKnowledge, check_profile
from advisor.knowledge.rule_file import (
    CASES,
    ID,
    MOST_EFFORT,
    LimitsFile,
    RuleTable,
    case_files,
    check_circles,
    check_references,
    folder_pack,
    load_pack,
    load_rule,
    resolve_aliases,
    rule_called,
    rule_files,
    rule_texts,
)
from advisor.knowledge.strata import stratify

__all__ = [
    "CASES",
    "ID",
    "MOST_EFFORT",
    "OWN_BANDS",
    "REGION_UNKNOWN",
    "Audience",
    "ConditionReader",
    "LimitsFile",
    "Objection",
    "Resolver",
    "RuleSet",
    "RuleTable",
    "ShopKnowledge",
    "Strain",
    "Text",
    "Verdict",
    "Wording",
    "band_wording",
    "bands_of",
    "case_files",
    "check_circles",
    "check_names",
    "check_profile",
    "check_references",
    "check_wording",
    "coverage",
    "folder_pack",
    "inactive_reason",
    "installed_rules",
    "load_pack",
    "load_rule",
    "load_rules",
    "objections",
    "own_folders",
    "own_version",
    "resolve_aliases",
    "rule_called",
    "rule_files",
    "rule_texts",
    "rule_wording",
    "strains",
    "stratify",
]
