"""Read any table that a TOML file describes."""

from advisor.tabular.cells import ruined
from advisor.tabular.containers.archive import ZIP, directory, is_bundle, is_zip, unpack
from advisor.tabular.containers.open import open_source
from advisor.tabular.containers.postgres import address_of, open_postgres
from advisor.tabular.containers.text import HEAD_BYTES, TextGrid, as_utf8, delimiter
from advisor.tabular.custom.guess import Proposal, propose
from advisor.tabular.custom.mapping import OwnSources, source_mistakes
from advisor.tabular.custom.template import Shape, Template, TemplateProvider, each_day, rows_about
from advisor.tabular.kind import Kind
from advisor.tabular.kinds import load_kinds
from advisor.tabular.reader import TabularProvider
from advisor.tabular.window_sums import days_of, sums_of

__all__ = [
    "HEAD_BYTES",
    "ZIP",
    "Kind",
    "OwnSources",
    "Proposal",
    "Shape",
    "TabularProvider",
    "Template",
    "TemplateProvider",
    "TextGrid",
    "address_of",
    "as_utf8",
    "days_of",
    "delimiter",
    "directory",
    "each_day",
    "is_bundle",
    "is_zip",
    "load_kinds",
    "open_postgres",
    "open_source",
    "propose",
    "rows_about",
    "ruined",
    "source_mistakes",
    "sums_of",
    "unpack",
]
