"""The chart of a report: for each program a bar from 1 (what it is held against) to its ratio, on a logarithmic axis.

The defaults are those of the start-up report; benches/language gives texts and colours of its own."""
import math
from html import escape

COLOURS = {"ours": "#0072B2", "native": "#7F7F7F", "runtime": "#E69F00"}
KINDS = {"ours": "packed by nyash-pack", "native": "native", "runtime": "with a runtime"}
LEFT, RIGHT, TOP, ROW, WIDTH = 250, 190, 96, 30, 960
TITLE = "Start-up time of a hello program, process start to end"
SUBTITLE = "Ratio to a static glibc C program; medians of interleaved runs; logarithmic axis; further left is faster"
TICKS = [0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000]


def draw(entries, conditions, title=TITLE, subtitle=SUBTITLE, kinds=KINDS, colours=COLOURS, report="report.md"):
    low = min(0.2, min(entry["ratio"] for entry in entries) / 1.15)
    high = max(3, max(entry["ratio"] for entry in entries) * 1.1)
    inner = WIDTH - LEFT - RIGHT
    bottom = TOP + ROW * len(entries)

    def x(ratio):
        return LEFT + inner * math.log(ratio / low) / math.log(high / low)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 84}" width="{WIDTH}" height="{bottom + 84}"'
        ' font-family="DejaVu Sans, Verdana, sans-serif" font-size="14">',
        f'<rect width="{WIDTH}" height="{bottom + 84}" fill="white"/>',
        f'<text x="24" y="32" font-size="19" font-weight="bold">{title}</text>',
        f'<text x="24" y="54" fill="#444">{subtitle}</text>',
    ]
    at = 24
    for kind, label in kinds.items():
        out.append(f'<rect x="{at}" y="66" width="14" height="14" fill="{colours[kind]}"/>')
        out.append(f'<text x="{at + 20}" y="78">{label}</text>')
        at += 50 + 8 * len(label)
    taken = -100
    for tick in TICKS:
        if not low <= tick <= high:
            continue
        strong = tick == 1
        colour, width = ("#222", 1.6) if strong else ("#ddd", 1)
        out.append(f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{TOP}" y2="{bottom}" stroke="{colour}" stroke-width="{width}"/>')
        if x(tick) - taken > 34:
            out.append(f'<text x="{x(tick):.1f}" y="{bottom + 20}" text-anchor="middle" fill="#444">{tick:g} ×</text>')
            taken = x(tick)
    for row, entry in enumerate(entries):
        middle = TOP + ROW * row + ROW / 2
        weight = ' font-weight="bold"' if entry["kind"] == "ours" else ""
        begin, end = sorted((x(1), x(entry["ratio"])))
        colour = colours[entry["kind"]]
        out.append(f'<text x="{LEFT - 14}" y="{middle + 5}" text-anchor="end"{weight}>{escape(entry["name"])}</text>')
        out.append(f'<rect x="{begin:.1f}" y="{middle - 7}" width="{end - begin:.1f}" height="14" fill="{colour}" opacity="0.85"/>')
        out.append(f'<circle cx="{x(entry["ratio"]):.1f}" cy="{middle}" r="5" fill="{colour}"/>')
        figure = f'{entry["ratio"]:.2f} ×' if entry["ratio"] < 10 else f'{entry["ratio"]:.0f} ×'
        time = entry["median"] * 1000
        out.append(
            f'<text x="{WIDTH - RIGHT + 16}" y="{middle + 5}"{weight}>{figure}'
            f'<tspan x="{WIDTH - 24}" text-anchor="end" fill="#444">{time:.3g} ms</tspan></text>'
        )
    out.append(f'<text x="24" y="{bottom + 56}" fill="#666" font-size="12">{escape(conditions)}. Figures and method: {report}</text>')
    out.append("</svg>")
    return "\n".join(out) + "\n"
