"""What is done to tables between a terminal and a spec: never another number for it."""

import random

import pytest

from cnnspec.read.tables.reading import read_tables
from cnnspec.read.tables.rows import SummaryError
from tests.read.damages import DAMAGES
from tests.read.test_printed import FILES

ROUNDS = 3


def contradictions(rows, truth):
    """What rows say that isn't so; what is lost of them is none."""
    if len(rows) > len(truth):
        return [f"{len(rows)} rows, not {len(truth)}"]
    left = iter(truth)
    found = []
    for row in rows:
        true = next((one for one in left if same_name(row, one)), None)
        if true is None:
            found.append(f"{row.name} is no row, or stands elsewhere")
        elif row.params not in (None, true.params):
            found.append(f"{row.name} has {row.params}, not {true.params}")
        elif row.output_shape not in (None, true.output_shape):
            found.append(f"{row.name} gives {row.output_shape}")
        elif not true.type.startswith(row.type):
            found.append(f"{row.name} is a {row.type}")
        elif bool(row.depth) != bool(true.depth):
            found.append(f"{row.name} is {row.depth} deep")
    return found


def same_name(row, true):
    return true.name.startswith(row.name) and (row.name == true.name or row.name_cut)


LOSES_ROWS = {"cut_off", "a_line_lost", "dots_for_rows"}
"""What takes rows away, so that nobody could know of them without a total."""
NEVER_READ = {"wrapped_by_a_window", "dots_for_rows"}
"""What is refused, or told of, wherever it happens."""
READ = {
    *("as_it_is", "no_break_spaces", "some_no_break_spaces", "ideographic_spaces"),
    *("carriage_returns", "no_blank_lines", "quoted", "commented", "indented"),
    *("prompted", "numbered", "logged", "logged_at_once", "in_korean_text", "coloured"),
    *("colours_without_escape", "in_html", "ascii_box", "mojibake_windows"),
    *("mojibake_korean", "mojibake_dos", "totals_lost", "heading_alone_twice"),
    *("wide_brackets", "without_rules", "without_the_rule_of_the_heading"),
    *("quoted_twice", "lines_of_json", "as_python_shows_it", "digits_of_full_width"),
    *("hidden_characters", "one_paragraph_of_html"),
}
"""What leaves all that there is to know, so that every row must be read."""


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_table_never_lies(name):
    chance = random.Random(name)
    read = tried = 0
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        [truth] = read_tables(text)
        assert truth.doubt is None
        # Most do the same whatever the chance.
        for damaged in {DAMAGES[name](text, chance): None for _ in range(ROUNDS)}:
            tried += 1
            try:
                [table] = read_tables(damaged)
            except SummaryError:
                continue
            if table.doubt:
                continue
            assert contradictions(table.rows, truth.rows) == [], damaged
            whole = len(table.rows) == len(truth.rows)
            assert whole or name in LOSES_ROWS, damaged
            read += whole
    assert read == tried if name in READ else read or name in NEVER_READ
