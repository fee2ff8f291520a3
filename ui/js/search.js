// The search box offers conditions and names for the word being typed. Names are asked of the hub, which gives
// only what the reader may see. Without this script the box takes the same text.

const offered = 20;
const wait = 150;

// What stands before the last word, and that word.
function split(text) {
  const at = Math.max(text.lastIndexOf(" "), text.lastIndexOf("　")) + 1;
  return [text.slice(0, at), text.slice(at)];
}

function fitting(known, word) {
  const small = word.toLowerCase();
  const terms = known.terms.filter(({ term, said }) => term.startsWith(small) || said.toLowerCase().startsWith(small));
  const names = known.names.map((name) => ({ term: `"${name.replaceAll('"', " ")}"`, said: "" }));
  return [...names, ...terms].slice(0, offered);
}

function offer(list, before, found) {
  list.replaceChildren(
    ...found.map(({ term, said }) => {
      const option = list.ownerDocument.createElement("option");
      option.value = before + term;
      option.label = said;
      return option;
    }),
  );
}

export function searchTerms(page) {
  for (const input of page.querySelectorAll('form[action="/search"] input[name="q"]')) {
    const list = page.createElement("datalist");
    list.id = `${input.id || "find"}-offered`;
    input.after(list);
    input.setAttribute("list", list.id);
    let asked = 0;
    let later;
    input.addEventListener("input", () => {
      clearTimeout(later);
      later = setTimeout(async () => {
        const [before, word] = split(input.value);
        const mine = ++asked;
        if (word === "") return list.replaceChildren();
        const answer = await fetch(`/search/known?begins=${encodeURIComponent(word)}`, { headers: { accept: "application/json" } });
        if (!answer.ok || mine !== asked) return;
        offer(list, before, fitting(await answer.json(), word));
      }, wait);
    });
  }
}
