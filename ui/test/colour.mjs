// Reads the colours of css/theme.css and measures them.
import { readFileSync } from "node:fs";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const declarations = (css) =>
  new Map([...css.matchAll(/(--[a-z0-9-]+):\s*([^;]+);/g)].map(([, name, value]) => [name, value.trim()]));

const primitives = declarations(read("../node_modules/@digital-go-jp/design-tokens/dist/tokens.css"));
export const theme = declarations(read("../css/theme.css"));
export const modes = ["light", "dark"];

/** The token's colour in that mode, as six hexadecimal digits. */
export function colour(token, mode) {
  let value = theme.get(token) ?? primitives.get(token);
  if (value === undefined) throw new Error(`no such token: ${token}`);
  const both = /^light-dark\((.+),\s*(.+)\)$/.exec(value);
  if (both) value = both[modes.indexOf(mode) + 1];
  const other = /^var\((--[a-z0-9-]+)\)$/.exec(value);
  if (other) return colour(other[1], mode);
  if (!/^#[0-9a-f]{6}$/.test(value)) throw new Error(`${token} is not a colour: ${value}`);
  return value;
}

function linear(hex) {
  return [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
}

/** Contrast ratio of WCAG 2.2, 1 to 21. */
export function contrast(one, other) {
  const [low, high] = [one, other]
    .map((hex) => linear(hex).reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0))
    .sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

// Machado, Oliveira and Fernandes (2009), severity 1.0, for linear RGB.
export const visions = {
  full: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

function lab(hex, vision) {
  const rgb = linear(hex);
  const seen = visions[vision].map((row) =>
    Math.min(Math.max(row.reduce((sum, weight, i) => sum + weight * rgb[i], 0), 0), 1));
  const xyz = [
    [0.4124, 0.3576, 0.1805].map((w) => w / 0.95047),
    [0.2126, 0.7152, 0.0722],
    [0.0193, 0.1192, 0.9505].map((w) => w / 1.08883),
  ].map((row) => row.reduce((sum, weight, i) => sum + weight * seen[i], 0));
  const [x, y, z] = xyz.map((t) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** How far apart two colours look to an eye of that vision (CIE 1976; 2.3 is just noticeable). */
export function difference(one, other, vision) {
  return Math.hypot(...lab(one, vision).map((part, i) => part - lab(other, vision)[i]));
}
