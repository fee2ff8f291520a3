import assert from "node:assert/strict";
import { test } from "node:test";

import { colour, contrast, difference, modes, theme, visions } from "./colour.mjs";

const papers = ["--paper", "--paper-2", "--paper-3"];
const soft = ["--accent-soft", "--fine-soft", "--care-soft", "--wrong-soft", "--mark-soft"];

// Every pair that the styles put text in: [ink, papers].
const text = [
  ["--ink", [...papers, ...soft]],
  ["--ink-2", [...papers, ...soft]],
  ["--ink-3", ["--paper", "--paper-2"]],
  ["--accent", [...papers, "--accent-soft"]],
  ["--accent-strong", ["--paper", "--paper-2", "--accent-soft"]],
  ["--accent-ink", ["--accent", "--accent-strong"]],
  ["--fine", ["--paper", "--paper-2", "--fine-soft"]],
  ["--care", ["--paper", "--paper-2", "--accent-soft"]],
  ["--wrong", ["--paper", "--paper-2", "--wrong-soft", "--accent-soft"]],
  ["--tlp-clear", ["--tlp-paper"]],
  ["--tlp-green", ["--tlp-paper"]],
  ["--tlp-amber", ["--tlp-paper"]],
  ["--tlp-red", ["--tlp-paper"]],
  ["--exercise-ink", ["--exercise"]],
];

// Glyphs, borders of what can be pressed, focus: [colour, papers].
const glyphs = [
  ["--line-2", ["--paper", "--paper-2"]],
  ["--focus", [...papers, "--accent-soft"]],
  ["--accent", ["--paper-3"]],
  ["--fine", ["--fine-soft"]],
  ["--care", ["--care-soft"]],
  ["--wrong", ["--wrong-soft"]],
  ...[0, 1, 2, 3, 4].map((level) => [`--level-${level}`, ["--paper", "--paper-2"]]),
];

function atLeast(pairs, least) {
  const low = [];
  for (const mode of modes) {
    for (const [ink, grounds] of pairs) {
      for (const ground of grounds) {
        const ratio = contrast(colour(ink, mode), colour(ground, mode));
        if (ratio < least) low.push(`${mode}: ${ink} on ${ground} is ${ratio.toFixed(2)}`);
      }
    }
  }
  assert.deepEqual(low, []);
}

test("text has a contrast of 4.5 or more on every paper it stands on", () => atLeast(text, 4.5));

test("glyphs, borders of controls and focus have 3 or more", () => atLeast(glyphs, 3));

test("every colour of the theme is in a pair", () => {
  const paired = new Set([...text, ...glyphs].flatMap(([ink, grounds]) => [ink, ...grounds]));
  const colours = [...theme].filter(([, value]) => /#|light-dark/.test(value)).map(([name]) => name);
  // --line is only ever decoration between rows.
  assert.deepEqual(colours.filter((name) => !paired.has(name) && name !== "--line"), []);
});

for (const vision of Object.keys(visions)) {
  test(`levels and TLP stay apart with ${vision} vision`, () => {
    const close = [];
    // The level's colours are ours and must be far apart. TLP's are FIRST's: amber and green are
    // near each other without green cones, one more reason why the name is always on the label.
    const levels = [0, 1, 2, 3, 4].map((level) => `--level-${level}`);
    const tlp = ["clear", "green", "amber", "red"].map((name) => `--tlp-${name}`);
    for (const mode of modes) {
      for (const [set, least] of [[levels, 15], [tlp, 5]]) {
        for (const [i, one] of set.entries()) {
          for (const other of set.slice(i + 1)) {
            const apart = difference(colour(one, mode), colour(other, mode), vision);
            if (apart < least) close.push(`${mode}: ${one} and ${other} are ${apart.toFixed(1)} apart`);
          }
        }
      }
    }
    assert.deepEqual(close, []);
  });
}
