"""The problems of the tune benchmark, as harness/problems.mjs has them, which tells their sources."""

import json
import math

HEIGHTS = [1, 1.2, 3, 3.2]
WIDTHS = [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
]
CENTRES = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
]
PENALTIES = {"a": 1, "b": 0.5, "c": 0, "d": 0.25}


def values_of(params):
    return [params[name] for name in sorted(params)]


def branin(params):
    x, y = params["x"], params["y"]
    bent = y - (5.1 / (4 * math.pi**2)) * x**2 + (5 / math.pi) * x - 6
    return bent**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def hartmann6(params):
    x = values_of(params)
    return -sum(
        height * math.exp(-sum(w * (x_d - c) ** 2 for w, x_d, c in zip(widths, x, centres)))
        for height, widths, centres in zip(HEIGHTS, WIDTHS, CENTRES)
    )


def rastrigin(params):
    return sum(10 + x**2 - 10 * math.cos(2 * math.pi * x) for x in values_of(params))


def sphere(params):
    return sum(x**2 for x in values_of(params))


def mixed(params):
    return (
        (math.log10(params["rate"]) + 2) ** 2
        + ((params["count"] - 11) / 10) ** 2
        + PENALTIES[params["kind"]]
        + 4 * (params["share"] - 0.3) ** 2
    )


def mixed_five(params):
    return params["x"] ** 2 + mixed(params)


FUNCTIONS = {
    "branin": branin,
    "hartmann6": hartmann6,
    "rastrigin": rastrigin,
    "sphere": sphere,
    "mixed": mixed,
    "mixedFive": mixed_five,
}


def error_in(file):
    with open(file) as text:
        table = json.load(text)

    def error(params):
        place = 0
        for axis in table["axes"]:
            place = place * axis["count"] + round((params[axis["name"]] - axis["low"]) / axis["step"])
        return 1 - table["scores"][place]

    return error


def problem_of(command):
    return error_in(command["table"]) if "table" in command else FUNCTIONS[command["problem"]]
