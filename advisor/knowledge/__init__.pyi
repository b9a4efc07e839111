from .condition_parser import ConditionReader
from .guide_coverage import coverage
from .installed import installed_rules
from .lint_advice import Objection, objections
from .lint_bands import Strain, Verdict, strains
from .lint_wording import (
    Audience,
    Text,
    Wording,
    band_wording,
    check_wording,
    rule_wording,
)
from .load import (
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
from .pack import CASES, LimitsFile, case_files, folder_pack, load_pack, rule_files
from .references import check_circles, check_references, resolve_aliases, rule_called
from .resolve import Resolver, ShopKnowledge, check_profile
from .rule_checks import ID, MOST_EFFORT
from .rule_file import load_rule, rule_texts
from .rule_table import RuleTable
from .strata import stratify

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
