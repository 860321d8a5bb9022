"""Writes the bundled subject-verb agreement pairs, in the JSON lines of feature-circuits.

Usage: python agreement_pairs.py <folder>

Two files, each of one form, so that a tokenizer that knows the words makes prefixes of one length:

  agreement.json            The little bird            -> is | are
  agreement-attractor.json  The little bird near the trees -> is | are

A pair's two prefixes differ in the number of the subject, and the answer agrees with the subject. Every
noun is a subject in both numbers with every verb; adjectives, places and second nouns go round, so that
each stands with each subject and number about equally often. Nouns whose plural a tokenizer splits are left
out when the pairs are read.
"""

import itertools
import json
import sys
from pathlib import Path

NOUNS = [
    ("bird", "birds"), ("friend", "friends"), ("toy", "toys"), ("tree", "trees"), ("flower", "flowers"),
    ("child", "children"), ("animal", "animals"), ("car", "cars"), ("kid", "kids"), ("book", "books"),
    ("bug", "bugs"), ("boy", "boys"), ("girl", "girls"), ("dog", "dogs"), ("cat", "cats"), ("man", "men"),
    ("woman", "women"), ("king", "kings"), ("bear", "bears"), ("horse", "horses"),
]
VERBS = [(" is", " are"), (" was", " were"), (" has", " have"), (" does", " do")]
ADJECTIVES = ["little", "big", "old", "red", "happy", "small"]
PLACES = ["near", "with", "by"]
NUMBERS = ["singular", "plural"]
TURNS = 3


def line(clean, patch, verb, number, case):
    return json.dumps({
        "clean_prefix": clean,
        "patch_prefix": patch,
        "clean_answer": verb[number],
        "patch_answer": verb[1 - number],
        "case": case,
    })


def simple():
    for turn, (n, noun), (v, verb), number in itertools.product(
            range(TURNS), enumerate(NOUNS), enumerate(VERBS), (0, 1)):
        adjective = ADJECTIVES[(2 * turn + n + v) % len(ADJECTIVES)]
        clean, patch = (f"The {adjective} {noun[k]}" for k in (number, 1 - number))
        yield line(clean, patch, verb, number, NUMBERS[number])


def attractor():
    for turn, (n, noun), (v, verb), number in itertools.product(
            range(TURNS), enumerate(NOUNS), enumerate(VERBS), (0, 1)):
        adjective = ADJECTIVES[(2 * turn + n + v) % len(ADJECTIVES)]
        place = PLACES[(turn + n) % len(PLACES)]
        # Of the first eleven nouns, and never the subject itself.
        others = [other for other in NOUNS[:11] if other != noun]
        other = others[(3 * turn + n + 5 * v) % len(others)]
        second = (turn + n + v + number) % 2
        clean, patch = (f"The {adjective} {noun[k]} {place} the {other[second]}" for k in (number, 1 - number))
        yield line(clean, patch, verb, number, f"{NUMBERS[number]}_{NUMBERS[second]}")


def main():
    folder = Path(sys.argv[1])
    for name, lines in (("agreement", simple()), ("agreement-attractor", attractor())):
        (folder / f"{name}.json").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
