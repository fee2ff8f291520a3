// Threat objects: the page of one with many relations, its drawing, the list of its relations, the matrix.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { home, look, looks, none, open, people, tab } from "./browser.mjs";

const skip = home ? false : "KANAME_URL names no running demo";

let browser;
let someone;
let at;
before(async () => {
  if (skip) return;
  browser = await open();
  someone = (await people(browser)).find((login) => login === "bunseki");
  const page = await tab(browser, looks[0], someone);
  await page.goto(`${home}/library/objects?type=intrusion-set`);
  at = await page.locator('a[href^="/library/objects/intrusion-set--"]').first().getAttribute("href");
  await page.context().close();
});
after(async () => browser?.close());

test("an attacker's page, its relations and the matrix in every look", { skip, timeout: 300_000 }, async () => {
  const wrong = [];
  const paths = [at, `${at}?depth=2`, `${at}/relations`, "/library/matrix", "/library/matrix?show=all&since=365"];
  for (const each of looks) {
    const page = await tab(browser, each, someone);
    for (const path of paths) {
      wrong.push(...(await look(page, path, each, someone)).map((what) => `${each.name} ${path} ${what}`));
    }
    await page.context().close();
  }
  none(wrong, someone);
});

test("the drawing says what the table says, and is walked through by keys", { skip }, async () => {
  const page = await tab(browser, looks[0], someone);
  await page.goto(home + at);
  const canvas = page.locator(".graph .canvas");
  await canvas.waitFor();
  await canvas.focus();
  await page.keyboard.press("ArrowDown");
  const said = page.locator(".graph .said a");
  const title = await said.textContent();
  const titles = await page.locator("#relations-table a").allTextContents();
  assert.ok(titles.includes(title), `${title} stands in the table`);
  await Promise.all([page.waitForURL((url) => url.href !== home + at), page.keyboard.press("Enter")]);
  await page.context().close();
});

test("without script the table stands alone", { skip }, async () => {
  const page = await tab(browser, looks[0], someone, { javaScriptEnabled: false });
  await page.goto(home + at);
  assert.ok((await page.locator("#relations-table tbody tr").count()) > 0);
  assert.equal(await page.locator(".graph .canvas").count(), 0);
  await page.context().close();
});
