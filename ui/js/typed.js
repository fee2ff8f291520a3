// Switching language or theme keeps what was typed in every form of the page: they go along with the switch,
// and the server fills them in again. Secrets and files stay where they are.
const kept = "kept";
const never = "[type=password], [type=file], [autocomplete=one-time-code]";

const fields = (form) => [...form.elements].filter((one) => one.name && !one.disabled && !one.matches(never));

function isTyped(field) {
  if (field.matches("[type=hidden], button")) return false;
  if (field.matches("[type=radio], [type=checkbox]")) return field.checked !== field.defaultChecked;
  if (field.matches("select")) return [...field.options].some((one) => one.selected !== one.defaultSelected);
  return field.value !== field.defaultValue;
}

function written(form) {
  const pairs = new URLSearchParams();
  for (const field of fields(form)) {
    if (field.matches("button") || (field.matches("[type=radio], [type=checkbox]") && !field.checked)) continue;
    pairs.append(field.name, field.value);
  }
  return `${form.getAttribute("action")}\n${pairs}`;
}

export function keepTyped(page) {
  page.addEventListener("submit", ({ target, submitter }) => {
    const to = submitter?.getAttribute("formaction") ?? target.getAttribute("action") ?? "";
    if (!to.startsWith("/preferences")) return;
    for (const form of page.querySelectorAll("main form[method=post]")) {
      if (form === target || !("typed" in form.dataset || fields(form).some(isTyped))) continue;
      const along = page.createElement("input");
      Object.assign(along, { type: "hidden", name: kept, value: written(form) });
      target.append(along);
    }
  });
}
