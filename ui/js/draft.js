// A draft is what was typed: files are left out of it, or each pause in typing would send them again.
export function draftsWithoutFiles(page) {
  page.addEventListener("htmx:config:request", (event) => {
    const { sourceElement, request } = event.detail.ctx;
    if (!sourceElement.matches("output.draft")) return;
    for (const [name, value] of [...request.body]) {
      if (value instanceof File) request.body.delete(name);
    }
  });
}
