// Keys: / search, j k rows, Enter opens (the focused title is a link), a the row's verb, g home,
// ? the list of keys. Never while typing, never with Ctrl, Alt or Meta.

const typing = "input, textarea, select, [contenteditable]";

function rows(page) {
  return [...page.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null && title(row));
}

function title(row) {
  return row.querySelector("a.title, a[href]");
}

function move(page, by) {
  const all = rows(page);
  if (all.length === 0) return;
  const here = all.indexOf(page.activeElement?.closest("[data-row]"));
  const next = here < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + by, 0), all.length - 1);
  title(all[next])?.focus();
  all[next].scrollIntoView({ block: "nearest" });
}

// A link is followed. A button that changes something is only focused: Enter then presses it.
function act(page) {
  const verb = page.activeElement?.closest("[data-row]")?.querySelector(".do a, .do button");
  if (verb?.matches("a")) verb.click();
  else verb?.focus();
}

export function keyboard(page) {
  // The keys do nothing without this script, so the list of them is offered only with it.
  for (const button of page.querySelectorAll(".keys-open")) button.hidden = false;
  page.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target.closest?.(typing)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const doing = {
      "/": () => page.getElementById("search")?.focus(),
      j: () => move(page, 1),
      k: () => move(page, -1),
      a: () => act(page),
      g: () => page.location.assign("/"),
      "?": () => page.getElementById("shortcuts")?.togglePopover?.(),
    }[event.key];
    if (!doing) return;
    event.preventDefault();
    doing();
  });
}
