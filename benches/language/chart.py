"""The chart of the report: for each program a bar from 1 (the other language) to its ratio, on a logarithmic axis."""
import math
from html import escape

COLOURS = {"C": "#7F7F7F", "node": "#E69F00"}
KINDS = {"C": "against gcc -O2", "node": "against Node"}
LEFT, RIGHT, TOP, ROW, WIDTH = 210, 190, 96, 30, 960
TICKS = [0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10, 20]


def draw(entries, conditions):
    low = min(0.3, min(entry["ratio"] for entry in entries) / 1.15)
    high = max(3, max(entry["ratio"] for entry in entries) * 1.1)
    inner = WIDTH - LEFT - RIGHT
    bottom = TOP + ROW * len(entries)

    def x(ratio):
        return LEFT + inner * math.log(ratio / low) / math.log(high / low)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 84}" width="{WIDTH}" height="{bottom + 84}"'
        ' font-family="DejaVu Sans, Verdana, sans-serif" font-size="14">',
        f'<rect width="{WIDTH}" height="{bottom + 84}" fill="white"/>',
        '<text x="24" y="32" font-size="19" font-weight="bold">Compiled Nyash against the same program in C and JavaScript</text>',
        '<text x="24" y="54" fill="#444">Ratio of the times, process start to end; medians of interleaved runs; further left is faster</text>',
    ]
    at = 24
    for kind, label in KINDS.items():
        out.append(f'<rect x="{at}" y="66" width="14" height="14" fill="{COLOURS[kind]}"/>')
        out.append(f'<text x="{at + 20}" y="78">{label}</text>')
        at += 50 + 8 * len(label)
    for tick in TICKS:
        if not low <= tick <= high:
            continue
        colour, width = ("#222", 1.6) if tick == 1 else ("#ddd", 1)
        out.append(f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{TOP}" y2="{bottom}" stroke="{colour}" stroke-width="{width}"/>')
        out.append(f'<text x="{x(tick):.1f}" y="{bottom + 20}" text-anchor="middle" fill="#444">{tick:g} ×</text>')
    for row, entry in enumerate(entries):
        middle = TOP + ROW * row + ROW / 2
        begin, end = sorted((x(1), x(entry["ratio"])))
        colour = COLOURS[entry["kind"]]
        out.append(f'<text x="{LEFT - 14}" y="{middle + 5}" text-anchor="end">{escape(entry["name"])}</text>')
        out.append(f'<rect x="{begin:.1f}" y="{middle - 7}" width="{end - begin:.1f}" height="14" fill="{colour}" opacity="0.85"/>')
        out.append(f'<circle cx="{x(entry["ratio"]):.1f}" cy="{middle}" r="5" fill="{colour}"/>')
        out.append(
            f'<text x="{WIDTH - RIGHT + 16}" y="{middle + 5}">{entry["ratio"]:.2f} ×'
            f'<tspan x="{WIDTH - 24}" text-anchor="end" fill="#444">{entry["time"] * 1000:.3g} ms</tspan></text>'
        )
    out.append(f'<text x="24" y="{bottom + 56}" fill="#666" font-size="12">{escape(conditions)}. Figures and method: report.md</text>')
    out.append("</svg>")
    return "\n".join(out) + "\n"
