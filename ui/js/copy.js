// Copies the value of a [data-copy] on click, and says so for two seconds.
export function copyOnClick(page) {
  // Words that copy a text do nothing without this script, so they are offered only with it.
  for (const button of page.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
  page.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      // Without permission the value is selected instead, ready for the reader's own copy.
      getSelection()?.selectAllChildren(button);
      return;
    }
    button.dataset.said = button.dataset.done;
    setTimeout(() => delete button.dataset.said, 2000);
  });
}
