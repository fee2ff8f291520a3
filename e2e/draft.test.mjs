// A report that is being typed is kept by script, and is there again when the page is opened anew.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { home, looks, open, tab } from "./browser.mjs";

const skip = home ? false : "KANAME_URL names no running demo";
const [desk] = looks;
/** The demo's provider. */
const someone = "minato-soc";

let browser;
before(async () => {
  if (!skip) browser = await open();
});
after(async () => browser?.close());

test("what is typed is kept without a press, and files are not sent for it", { skip }, async () => {
  const page = await tab(browser, desk, someone);
  await page.goto(`${home}/submissions/new`);
  const sent = [];
  page.on("request", (request) => request.url().endsWith("/submissions/draft") && sent.push(request));
  const typed = `hxxp://draft[.]test/a.bin <b>${Date.now()}</b>`;
  const file = { name: "draft.txt", mimeType: "text/plain", buffer: Buffer.from("file bytes stay here") };
  await page.locator("#file").setInputFiles(file);
  await page.locator("#title").fill("書きかけの件名");
  await page.locator("#technique").fill(typed);
  await page.locator('input[name="tlp"][value="GREEN"]').check();
  // The last of what was typed decides: an earlier pause may have kept the beginning.
  const whole = (one) => one.request().postDataBuffer()?.includes('name="tlp"\r\n\r\nGREEN');
  const answer = await page.waitForResponse((one) => one.url().endsWith("/submissions/draft") && whole(one));
  assert.equal(answer.status(), 200);
  await page.locator("output.draft", { hasText: /\d{2}:\d{2}/ }).waitFor();
  assert.ok(!sent.at(-1).postDataBuffer().includes("file bytes stay here"), "files stay out of a draft");
  await page.reload();
  assert.equal(await page.locator("#title").inputValue(), "書きかけの件名");
  assert.equal(await page.locator("#technique").inputValue(), typed);
  assert.ok(await page.locator('input[name="tlp"][value="GREEN"]').isChecked());
  assert.deepEqual(page.faults, []);
  // Thrown away, it is gone.
  await page.locator('button[formaction="/submissions/draft/drop"]').click();
  await page.goto(`${home}/submissions/new`);
  assert.equal(await page.locator("#title").inputValue(), "");
  await page.context().close();
});
