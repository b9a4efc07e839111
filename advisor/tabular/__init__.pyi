from .cells import (
    ruined,
)
from .containers.archive import (
    ZIP,
    directory,
    is_bundle,
    is_zip,
    unpack,
)
from .containers.native_child import (
    BrokenError,
    parquet_alike,
    parquet_contents,
)
from .containers.open import (
    open_source,
)
from .containers.pages import (
    ONE_PAGE,
    Page,
    pages_missing,
    pages_of,
)
from .containers.postgres import (
    address_of,
    connect_postgres,
    open_postgres,
    server_error,
)
from .containers.text import (
    HEAD_BYTES,
    TextGrid,
    as_utf8,
    delimiter,
)
from .custom.guess import (
    Proposal,
    propose,
)
from .custom.mapping import (
    OwnSources,
    source_mistakes,
)
from .custom.template import (
    Shape,
    Template,
    TemplateProvider,
)
from .custom.template_rows import (
    each_day,
    rows_about,
)
from .headers import (
    name_words,
)
from .json_text import (
    read_json,
)
from .kind import (
    Kind,
)
from .kinds import (
    kind_of,
    load_kinds,
)
from .languages import (
    supported,
)
from .reader import (
    TabularProvider,
)

__all__ = [
    "HEAD_BYTES",
    "ONE_PAGE",
    "ZIP",
    "BrokenError",
    "Kind",
    "OwnSources",
    "Page",
    "Proposal",
    "Shape",
    "TabularProvider",
    "Template",
    "TemplateProvider",
    "TextGrid",
    "address_of",
    "as_utf8",
    "connect_postgres",
    "delimiter",
    "directory",
    "each_day",
    "is_bundle",
    "is_zip",
    "kind_of",
    "load_kinds",
    "name_words",
    "open_postgres",
    "open_source",
    "pages_missing",
    "pages_of",
    "parquet_alike",
    "parquet_contents",
    "propose",
    "read_json",
    "rows_about",
    "ruined",
    "server_error",
    "source_mistakes",
    "supported",
    "unpack",
]
