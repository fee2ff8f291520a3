// A real browser, the four looks a page is checked in, and what is checked on each.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import axe from "axe-core";
import { chromium } from "playwright-core";

/** Where the demo runs: `kaname demo` prints it. */
export const home = process.env.KANAME_URL;

export const looks = [
  { name: "ja-light-desk", lang: "ja", theme: "light", width: 1280, height: 900 },
  { name: "en-dark-desk", lang: "en", theme: "dark", width: 1280, height: 900 },
  { name: "ja-light-phone", lang: "ja", theme: "light", width: 390, height: 844 },
  { name: "en-dark-phone", lang: "en", theme: "dark", width: 390, height: 844 },
];

const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export async function open() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    // As root, as in containers, Chromium refuses its own sandbox; only our own pages are opened.
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
  });
}

/** A tab in one look, signed in as one of the demo's people (`null`: not signed in). */
export async function tab(browser, look, login = null, more = {}) {
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.height },
    locale: look.lang === "ja" ? "ja-JP" : "en-GB",
    colorScheme: look.theme,
    ...more,
  });
  const { hostname } = new URL(home);
  await context.addCookies([
    { name: "kaname-lang", value: look.lang, domain: hostname, path: "/" },
    { name: "kaname-theme", value: look.theme, domain: hostname, path: "/" },
  ]);
  const page = await context.newPage();
  page.faults = [];
  page.on("console", (message) => message.type() === "error" && page.faults.push(message.text()));
  page.on("pageerror", (error) => page.faults.push(String(error)));
  if (login !== null) {
    await page.goto(`${home}/sign-in`);
    const form = page.locator(`form[action="/demo/sign-in"]:has(input[name="login"][value="${login}"])`);
    await Promise.all([page.waitForURL((url) => url.pathname !== "/sign-in"), form.locator("button").click()]);
  }
  return page;
}

/** Logins that the demo's front door offers, in its order. */
export async function people(browser) {
  const page = await tab(browser, looks[0]);
  await page.goto(`${home}/sign-in`);
  const logins = await page.locator('form[action="/demo/sign-in"] input[name="login"]')
    .evaluateAll((inputs) => inputs.map((input) => input.value));
  await page.context().close();
  return logins;
}

/** Opens the path and collects what is wrong with the page as sentences. */
export async function look(page, path, { lang, name, width }, who) {
  const wrong = [];
  page.faults.length = 0;
  let answer;
  try {
    answer = await page.goto(home + path, { waitUntil: "load" });
  } catch (error) {
    // A file to keep, such as an object's own bytes, is no page.
    if (error.message.includes("Download is starting")) return [];
    throw error;
  }
  if (answer.status() !== 200) return [`answers ${answer.status()}`];
  if (!(answer.headers()["content-type"] ?? "").startsWith("text/html")) return [];
  const seen = await page.evaluate(() => ({
    lang: document.documentElement.lang,
    headings: document.querySelectorAll("h1").length,
    over: document.documentElement.scrollWidth - innerWidth,
    raw: document.body.innerText.match(/\[[a-z]+-[a-z0-9-]+\]/g),
    ids: [...document.querySelectorAll("[id]")].map((one) => one.id).filter((id, i, all) => all.indexOf(id) !== i),
  }));
  if (seen.lang !== lang) wrong.push(`is in ${seen.lang}, not ${lang}`);
  if (seen.headings !== 1) wrong.push(`has ${seen.headings} first headings`);
  if (seen.over > 0) wrong.push(`is ${seen.over} px wider than the ${width} px of the window`);
  if (seen.raw) wrong.push(`shows keys: ${seen.raw.join(" ")}`);
  if (seen.ids.length) wrong.push(`has ids twice: ${seen.ids.join(" ")}`);
  wrong.push(...page.faults.map((fault) => `says in the console: ${fault}`));
  // Evaluated by the debugger, so that the page's own policy against foreign scripts stays on.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }), tags);
  for (const { id, nodes } of violations) {
    wrong.push(`${id}: ${nodes.slice(0, 3).map((node) => node.target.join(" ")).join(" | ")}`);
  }
  const shots = process.env.KANAME_SHOTS;
  if (shots) {
    await mkdir(shots, { recursive: true });
    const file = `${who ?? "public"}${path.replace(/[^a-z0-9]+/gi, "_")}${name}.png`;
    await page.screenshot({ path: join(shots, file.slice(0, 200)), fullPage: true });
  }
  return wrong;
}

/** Paths of this house that the page links to; one for each kind of page. */
export async function ways(page) {
  const hrefs = await page.locator("a[href]").evaluateAll((links) => links.map((link) => link.href));
  const own = hrefs.filter((href) => new URL(href).origin === new URL(home).origin);
  return [...new Set(own.map((href) => href.slice(home.length).split("#")[0]))].filter((path) => path !== "");
}

/** The path with what is particular in it taken out: what follows the first word, numbers, and the
 *  values of a query. */
export function kind(path) {
  const [way, query = ""] = path.split("?");
  const [first, second, ...rest] = way.split("/").slice(1);
  const particular = second === undefined || second === "new" ? second : "N";
  const words = [first, particular, ...rest.map((word) => (/\d/.test(word) ? "N" : word))];
  return `/${words.filter(Boolean).join("/")}?${[...new URLSearchParams(query).keys()].sort().join("&")}`;
}

export function none(wrong, about) {
  assert.deepEqual(wrong, [], about);
}
