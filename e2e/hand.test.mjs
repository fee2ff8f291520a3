// What hands do: keys, copying, switches, pages without script, at 200 % zoom and on paper.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { home, look, looks, none, open, people, tab } from "./browser.mjs";

const skip = home ? false : "KANAME_URL names no running demo";
const [desk] = looks;

let browser;
let someone;
before(async () => {
  if (skip) return;
  browser = await open();
  // The demo's analyst: one who is offered the search.
  someone = (await people(browser)).find((login) => login === "bunseki");
});
after(async () => browser?.close());

test("keys: / searches, ? lists them, j and k move, Escape leaves", { skip }, async () => {
  const page = await tab(browser, desk, someone);
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "search");
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  assert.ok(await page.locator("#shortcuts").isVisible());
  await page.keyboard.press("?");
  assert.ok(!(await page.locator("#shortcuts").isVisible()));
  const rows = await page.locator("[data-row]").count();
  if (rows > 1) {
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    const at = () => page.evaluate(() =>
      [...document.querySelectorAll("[data-row]")].indexOf(document.activeElement.closest("[data-row]")));
    assert.equal(await at(), 1);
    await page.keyboard.press("k");
    assert.equal(await at(), 0);
  }
  await page.context().close();
});

test("the skip link is the first stop and leads past the navigation", { skip }, async () => {
  const page = await tab(browser, desk, someone);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await page.context().close();
});

test("language and theme switch without script", { skip }, async () => {
  const page = await tab(browser, desk, someone, { javaScriptEnabled: false });
  await page.locator('button[name="lang"][value="en"]').click();
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  await page.locator("details.own summary").click();
  await page.locator('button[name="theme"][value="dark"]').click();
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  await page.context().close();
});

test("the navigation opens on a phone without script", { skip }, async () => {
  const phone = looks[2];
  const page = await tab(browser, phone, someone, { javaScriptEnabled: false });
  assert.ok(!(await page.locator("#nav").isVisible()));
  await page.locator("button.menu").click();
  assert.ok(await page.locator("#nav").isVisible());
  await page.context().close();
});

test("at 200 % zoom nothing is cut off", { skip }, async () => {
  const zoomed = { ...desk, name: "ja-light-zoomed", width: 640, height: 450 };
  const page = await tab(browser, zoomed, someone, { deviceScaleFactor: 2 });
  none(await look(page, "/", zoomed, someone), "zoomed");
  await page.context().close();
});

test("on paper only the content stays", { skip }, async () => {
  const page = await tab(browser, desk, someone);
  await page.emulateMedia({ media: "print" });
  for (const gone of [".side", ".search", ".tools"]) {
    assert.ok(!(await page.locator(gone).first().isVisible()), gone);
  }
  assert.ok(await page.locator("h1").isVisible());
  await page.context().close();
});
