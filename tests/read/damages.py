"""What happens to a printed table before somebody pastes it, as functions of its text.

Each takes the text and a source of chance. What one of them loses, such as where a line
ended, a reader can't know again; but it must not read anything else for it.
"""

import html
import json
import random
import re
from collections.abc import Callable

Damage = Callable[[str, random.Random], str]

DAMAGES: dict[str, Damage] = {}


def damage(function: Damage) -> Damage:
    DAMAGES[function.__name__] = function
    return function


def by_line(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: "\n".join(map(change, text.split("\n")))


@damage
def as_it_is(text, chance):
    return text


@damage
def blanks_collapsed(text, chance):
    return by_line(lambda line: " ".join(line.split()))(text)


@damage
def blanks_collapsed_without_rules(text, chance):
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line.strip("_=━─┏┓┡╇┩├┤┼└┴┘┳¯| "))


@damage
def tabs(text, chance):
    return by_line(lambda line: re.sub("  +", "\t", line))(text)


@damage
def aligned_by_tabs(text, chance):
    def one(line):
        if "  " not in line:
            return line
        parts = [line[i : i + 8] for i in range(0, len(line), 8)]
        return "".join(
            part.rstrip() + "\t" if len(part) == 8 and part.endswith("  ") else part
            for part in parts
        )

    return by_line(one)(text)


@damage
def no_break_spaces(text, chance):
    return text.replace(" ", "\xa0")


@damage
def some_no_break_spaces(text, chance):
    return "".join("\xa0" if c == " " and chance.random() < 0.4 else c for c in text)


@damage
def ideographic_spaces(text, chance):
    return text.replace("  ", "\u3000")


@damage
def doubled_line_ends(text, chance):
    return text.replace("\n", "\n\n")


@damage
def carriage_returns(text, chance):
    return text.replace("\n", "\r\r\n")


@damage
def blank_lines_between(text, chance):
    return by_line(lambda line: line + "\n" * chance.choice([0, 0, 1, 2]))(text)


@damage
def no_blank_lines(text, chance):
    return "\n".join(line for line in text.split("\n") if line.strip())


@damage
def without_rules(text, chance):
    kept = (x for x in text.split("\n") if not x or x.strip("_=━─┏┓┡╇┩├┤┼└┴┘┳¯| +-"))
    return "\n".join(kept)


@damage
def without_the_rule_of_the_heading(text, chance):
    lines = text.split("\n")
    place = next(i for i, line in enumerate(lines) if "Layer" in line)
    rule = next(i for i in range(place, len(lines)) if not lines[i].strip("=━┡╇┩+-"))
    return "\n".join(lines[:rule] + lines[rule + 1 :])


@damage
def quoted(text, chance):
    return by_line(lambda line: "> " + line)(text)


@damage
def commented(text, chance):
    sign = chance.choice(["# ", "// ", " * ", "-- ", "#", ">>> ", "    # "])
    return by_line(lambda line: (sign + line).rstrip())(text)


@damage
def indented(text, chance):
    return by_line(lambda line: " " * 7 + line)(text)


@damage
def prompted(text, chance):
    return "In [3]: model.summary()\nOut[3]: " + text


@damage
def numbered(text, chance):
    form = chance.choice(["{}: {}", "{:4d} {}", "{:>3} | {}", "{}\t{}", "{}. {}"])
    lines = text.split("\n")
    first = chance.choice([1, 8, 95])
    return "\n".join(form.format(i, line) for i, line in enumerate(lines, first))


@damage
def logged(text, chance):
    form = chance.choice(
        [
            "INFO:root:{}",
            "2024-03-01 10:00:{:02d},{:03d} - INFO - {}",
            "[2024-03-01 10:00:{:02d}.{:03d}] INFO train: {}",
            "I0301 10:00:{:02d}.{:06d} 1234 main.py:17] {}",
        ]
    )
    out = []
    for i, line in enumerate(text.split("\n")):
        values = [i % 60, i * 7 % 1000][: form.count("{") - 1]
        out.append(form.format(*values, line))
    return "\n".join(out)


@damage
def logged_at_once(text, chance):
    return "INFO:root:" + text


@damage
def log_lines_between(text, chance):
    said = [
        "2024-01-01 10:00:00.123: W tensorflow/core/framework.cc:12] Allocation of 9",
        "WARNING:tensorflow:From foo.py:3: The name tf.x is deprecated.",
        "Epoch 1/5",
        "100%|██████████| 5/5 [00:01<00:00]",
        "done",
        "모델을 만들었습니다.",
        "I tensorflow/stream_executor/cuda.cc:161] Successfully opened library",
        "(300, 28, 28) loaded",
    ]
    lines = text.split("\n")
    for _ in range(3):
        lines.insert(chance.randrange(len(lines)), chance.choice(said))
    return "\n".join(lines)


@damage
def in_korean_text(text, chance):
    return f"아래는 제 모델입니다. 왜 이럴까요 ㅠㅠ\n\n{text}\n\n무엇이 문제일까요?"


@damage
def coloured(text, chance):
    return by_line(lambda line: re.sub(r"(\d+|None)", "\x1b[38;5;34m\\1\x1b[0m", line))(
        "\x1b[1m" + text + "\x1b[0m"
    )


@damage
def colours_without_escape(text, chance):
    return coloured(text, chance).replace("\x1b", "")


@damage
def in_html(text, chance):
    body = re.sub(
        r"(\d+|None)", r'<span style="color: #00af00">\1</span>', html.escape(text)
    )
    return f'<pre style="white-space:pre;overflow-x:auto">{body}</pre>\n'


@damage
def without_bars(text, chance):
    return by_line(lambda line: re.sub("[┃│]", " ", line))(text)


@damage
def bars_dropped(text, chance):
    return by_line(lambda line: re.sub(" *[┃│] *", " ", line).strip())(text)


@damage
def ascii_box(text, chance):
    table = str.maketrans(
        {**dict.fromkeys("┃│", "|"), **dict.fromkeys("━─", "-")}
        | dict.fromkeys("┏┳┓┡╇┩├┼┤└┴┘", "+")
    )
    return "\n".join(
        line if "└ " in line else line.translate(table) for line in text.split("\n")
    )


@damage
def mojibake_windows(text, chance):
    return "".join(
        bytes([b]).decode("cp1252", "ignore") or bytes([b]).decode("latin-1")
        for b in text.encode()
    )


@damage
def mojibake_korean(text, chance):
    return text.encode().decode("cp949", "replace")


@damage
def mojibake_korean_questions(text, chance):
    return text.encode().decode("cp949", "replace").replace("\ufffd", "?")


@damage
def mojibake_dos(text, chance):
    return text.encode().decode("cp437", "replace")


@damage
def mojibake_chinese(text, chance):
    return text.encode().decode("gbk", "replace")


@damage
def totals_lost(text, chance):
    place = text.find("Total params")
    return text[:place] if place >= 0 else text


@damage
def collapsed_and_totals_lost(text, chance):
    return blanks_collapsed(totals_lost(text, chance), chance)


@damage
def bars_dropped_and_totals_lost(text, chance):
    return bars_dropped(totals_lost(text, chance), chance)


@damage
def quoted_and_collapsed(text, chance):
    return quoted(blanks_collapsed(text, chance), chance)


@damage
def spaced_brackets(text, chance):
    return text.replace("(", "( ")


@damage
def line_ends_lost(text, chance):
    return " ".join(text.split("\n"))


@damage
def collapsed_line_ends_lost(text, chance):
    return " ".join(text.split())


@damage
def heading_alone_twice(text, chance):
    return "Layer (type) Output Shape Param #\n\n" + text


@damage
def wide_brackets(text, chance):
    return text.replace("(", "（").replace(")", "）")


@damage
def cut_off(text, chance):
    lines = text.split("\n")
    return "\n".join(lines[: chance.randrange(5, max(6, len(lines)))])


@damage
def a_line_lost(text, chance):
    lines = text.split("\n")
    del lines[chance.randrange(len(lines))]
    return "\n".join(lines)


@damage
def wrapped_by_a_window(text, chance):
    width = chance.choice([60, 72, 80])
    return "\n".join(
        line[i : i + width]
        for line in text.split("\n")
        for i in range(0, max(len(line), 1), width)
    )


@damage
def quoted_twice(text, chance):
    sign = chance.choice(["> > ", ">> ", ">>>"])
    return by_line(lambda line: sign + line)(text)


@damage
def lines_of_json(text, chance):
    ascii_only = chance.random() < 0.5
    lines = (json.dumps(f"{x}\n", ensure_ascii=ascii_only) for x in text.split("\n"))
    return '   "text": [\n    ' + ",\n    ".join(lines) + "\n   ]"


@damage
def as_python_shows_it(text, chance):
    return repr(text)


@damage
def digits_of_full_width(text, chance):
    return text.translate({ord("0") + n: chr(0xFF10 + n) for n in range(10)})


@damage
def hidden_characters(text, chance):
    signs = {0.03: "\u200b", 0.04: "\u00ad", 0.05: "\u202a"}
    drawn = ((c, chance.random()) for c in text)
    return "".join(
        c + next((s for most, s in signs.items() if n < most), "") for c, n in drawn
    )


@damage
def thousands_otherwise(text, chance):
    sign = chance.choice(["'", "\u2009", "\u202f", " "])
    return re.sub(r"(?<=[0-9]),(?=[0-9]{3})", sign, text)


@damage
def thousands_by_blanks(text, chance):
    return re.sub(r"(?<=[\s│])([0-9]{1,3})([0-9]{3})(?=\s|$)", r"\1 \2", text)


@damage
def ends_of_a_page(text, chance):
    ends = ["", "  \\", "  |", " ↵"]
    return by_line(lambda x: x + chance.choice(ends) if x.strip() else x)(text)


@damage
def dots_for_rows(text, chance):
    lines = text.split("\n")
    first = chance.randrange(6, max(7, len(lines) - 12))
    dots = chance.choice(["...", "(중략)", ". . .", "…"])
    return "\n".join([*lines[:first], dots, *lines[first + 5 :]])


@damage
def one_paragraph_of_html(text, chance):
    body = html.escape(text).replace("\n", "<br/>").replace(" ", "&nbsp;")
    return f"<div>{body}</div>"
