// Walks every kind of page that the demo's people can reach by links.
//   KANAME_URL=http://127.0.0.1:8080 node --test walk.test.mjs
import { after, before, test } from "node:test";

import { home, kind, look, looks, none, open, people, tab, ways } from "./browser.mjs";

/** Most pages walked for one person. */
const MOST = 40;
/** Most pages under one address (`/directory/…`): one of a kind may be empty where another is full. */
const ALIKE = 2;
const skip = home ? false : "KANAME_URL names no running demo";

/** Kinds of page that somebody was shown in the second look: once each is enough there. */
const shown = new Set();

let browser;
before(async () => {
  if (!skip) browser = await open();
});
after(async () => browser?.close());

async function walk(who) {
  const wrong = [];
  // Everyone's pages are seen in one look, each kind of them once in another language, theme and width;
  // the public's in every look.
  const [first, ...others] = who === null ? looks : [looks[0], looks[3]];
  const page = await tab(browser, first, who);
  const paths = [];
  const seen = new Map();
  const waiting = [who === null ? "/sign-in" : "/"];
  while (waiting.length > 0 && paths.length < MOST) {
    const path = waiting.shift();
    const alike = seen.get(kind(path)) ?? 0;
    if (alike >= (path.split("/").length > 2 ? ALIKE : 1) || paths.includes(path)) continue;
    seen.set(kind(path), alike + 1);
    // What is not a page (a feed, a file) is for other tests.
    if (/\.(csv|jsonl|txt|json)(\?|$)|^\/(taxii2|feeds|assets|api\/v1)\//.test(path)) continue;
    paths.push(path);
    wrong.push(...(await look(page, path, first, who)).map((what) => `${first.name} ${path} ${what}`));
    waiting.push(...(await ways(page)));
  }
  await page.context().close();
  for (const other of others) {
    const next = await tab(browser, other, who);
    for (const path of paths) {
      if (who !== null && shown.has(kind(path))) continue;
      if (who !== null) shown.add(kind(path));
      wrong.push(...(await look(next, path, other, who)).map((what) => `${other.name} ${path} ${what}`));
    }
    await next.context().close();
  }
  return wrong;
}

/** The sections in someone's navigation: who has the same ones sees the same kinds of page. */
async function rooms(who) {
  const page = await tab(browser, looks[0], who);
  const hrefs = await page.locator("#nav a").evaluateAll((links) => links.map((link) => link.pathname));
  await page.context().close();
  return hrefs.join(" ");
}

test("the public's pages", { skip }, async () => none(await walk(null), "public"));

test("the pages of one person of each kind", { skip, timeout: 900_000 }, async (t) => {
  const kinds = new Set();
  for (const who of await people(browser)) {
    const sections = await rooms(who);
    if (kinds.has(sections)) continue;
    kinds.add(sections);
    await t.test(who, async () => none(await walk(who), who));
  }
});
