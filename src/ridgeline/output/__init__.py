"""Writing results so that they appear whole or not at all.

It knows files, not models: every layer above `errors` that leaves something on a disk goes through here.
"""

from ridgeline.output.atomic import check_writable, write_directory, write_file
from ridgeline.output.paths import as_path, check_page_path
from ridgeline.output.scratch import temporary_folder
from ridgeline.output.tables import check_table_path, write_csv, write_table

__all__ = [
    "as_path",
    "check_page_path",
    "check_table_path",
    "check_writable",
    "temporary_folder",
    "write_csv",
    "write_directory",
    "write_file",
    "write_table",
]
