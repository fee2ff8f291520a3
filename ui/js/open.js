// Menus made of <details> close when the reader goes on elsewhere or presses Escape.
export function closeOutside(page) {
  const close = (except) => {
    for (const menu of page.querySelectorAll("details.own[open]")) {
      if (!menu.contains(except)) menu.open = false;
    }
  };
  page.addEventListener("click", (event) => close(event.target));
  page.addEventListener("focusin", (event) => close(event.target));
  page.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(null);
  });
}

// A form that came back with errors starts at the first of them.
export function focusFirstError(page) {
  page.querySelector("main [aria-invalid]")?.focus();
}
