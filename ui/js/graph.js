// Draws the relations of an object. The table on the page is all there is to draw from: what stands nowhere there is
// not drawn, and who does not see the drawing misses nothing.
import cytoscape from "cytoscape";

const ROW = 24;
const KIND_AT = 78;
/** A kind stands between the middle and its things: no more fits there, as wide as that many narrow letters. */
const KIND_LONGEST = 18;
const NEAR_AT = 135;
const FAR_AT = 400;
const LONGEST = 30;
/** Fewer relations than this are read at once in the table. */
const FEWEST = 3;
/** Below this width of the box the drawing waits to be asked for: a finger that scrolls the page would move it. */
const NARROW = 560;

const box = document.querySelector("[data-graph]");
const table = box && document.getElementById(box.dataset.graph);
if (table) open(box, table);

/** Whether a letter is as wide as two. */
const isWide = (letter) => letter.codePointAt(0) > 0x2e7f;

function short(text, longest = LONGEST) {
  let width = 0;
  let kept = "";
  for (const letter of text) {
    width += isWide(letter) ? 2 : 1;
    if (width > longest) return `${kept}…`;
    kept += letter;
  }
  return kept;
}

/** Nodes and edges as the rows of the table say them. */
function read(table) {
  const nodes = new Map([["0", { id: "0", step: 0 }]]);
  const edges = [];
  for (const row of table.querySelectorAll("tr[data-at]")) {
    const { at, from, side, type } = row.dataset;
    const link = row.querySelector("a");
    const how = row.querySelector(".how").textContent;
    const what = row.querySelector(".what").textContent;
    // How many more there are of what stands a step further, the table says.
    if (at.startsWith("more-") && from !== "0") continue;
    if (!nodes.has(at)) {
      const step = (nodes.get(from)?.step ?? 0) + 1;
      const isMore = at.startsWith("more-");
      nodes.set(at, { id: at, step, row, href: link.href, label: link.textContent, side, how, what, type, isMore, from });
    }
    edges.push({ of: from, at, side, how });
  }
  return { nodes, edges };
}

/** Places everything kind beside kind, half on the left and half on the right; arrows say which way they lead. */
function place(nodes) {
  const placed = [];
  const rows = { [-1]: 0, 1: 0 };
  const near = [...nodes.values()].filter((node) => node.step === 1);
  const far = [...nodes.values()].filter((node) => node.step > 1);
  const children = (node) => far.filter((one) => one.from === node.id);
  const heights = (all) => all.reduce((sum, node) => sum + Math.max(1, children(node).length), 0);
  const half = heights(near) / 2;
  const groups = [];
  for (const [key, members] of Map.groupBy(near, ({ side, how, type }) => `${side} ${how} ${type}`)) {
    // What is more than a half stands on both sides.
    const cut = members.length > 12 && heights(members) > half * 1.2 ? Math.ceil(members.length / 2) : members.length;
    groups.push([`${key} 1`, members.slice(0, cut)]);
    if (cut < members.length) groups.push([`${key} 2`, members.slice(cut)]);
  }
  groups.sort(([, one], [, other]) => heights(other) - heights(one));
  for (const [key, members] of groups) {
    const sign = rows[1] <= rows[-1] ? 1 : -1;
    const first = rows[sign];
    for (const node of members) {
      const below = children(node);
      node.x = sign * NEAR_AT;
      node.y = (rows[sign] + Math.max(0, below.length - 1) / 2) * ROW;
      below.forEach((child, nth) => {
        child.x = sign * FAR_AT;
        child.y = (rows[sign] + nth) * ROW;
        child.sign = sign;
      });
      node.sign = sign;
      node.kind = key;
      rows[sign] += Math.max(1, below.length);
    }
    const { side, how, what } = members[0];
    placed.push({ id: key, x: sign * KIND_AT, y: ((first + rows[sign] - 1) / 2) * ROW, label: `${short(how, KIND_LONGEST)}\n${short(what, KIND_LONGEST)}`, side, sign });
    rows[sign] += 1;
  }
  // Both sides stand around the middle.
  const shift = (sign) => (Math.max(0, rows[sign] - 2) * ROW) / 2;
  for (const one of [...near, ...far, ...placed]) one.y -= shift(one.sign ?? 1);
  return { kinds: placed, height: Math.max(rows[-1], rows[1], 4) * ROW };
}

function elements({ nodes, edges }, kinds, title) {
  const all = [{ data: { id: "0", label: short(title) }, position: { x: 0, y: 0 }, classes: "centre" }];
  for (const kind of kinds) {
    all.push({ data: { id: kind.id, label: kind.label }, position: { x: kind.x, y: kind.y }, classes: "kind" });
    const [source, target] = kind.side === "out" ? ["0", kind.id] : [kind.id, "0"];
    all.push({ data: { id: `0 ${kind.id}`, source, target }, classes: kind.side === "out" ? "" : "arrow" });
  }
  for (const node of nodes.values()) {
    if (node.step === 0 || node.x === undefined) continue;
    const classes = [node.sign > 0 ? "right" : "left", node.isMore ? "more" : "thing"].join(" ");
    all.push({ data: { id: node.id, label: short(node.label) }, position: { x: node.x, y: node.y }, classes });
  }
  edges.forEach(({ of, at, side, how }, nth) => {
    const node = nodes.get(at);
    if (node.x === undefined) return;
    const start = of === "0" && node.kind && node.side === side && node.how === how ? node.kind : of;
    const [source, target] = side === "out" ? [start, at] : [at, start];
    const isDirect = start === of;
    all.push({ data: { id: `e${nth}`, source, target, label: isDirect ? how : "" }, classes: side === "in" && !isDirect ? "" : "arrow" });
  });
  return all;
}

/** The theme's colours as the browser has them now. */
function colours(box) {
  const probe = document.createElement("span");
  box.append(probe);
  const of = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const all = { ink: of("--ink"), soft: of("--ink-2"), line: of("--line-2"), paper: of("--paper"), paper2: of("--paper-2"), accent: of("--accent") };
  probe.remove();
  return all;
}

function style(box) {
  const { ink, soft, line, paper, paper2, accent } = colours(box);
  const family = getComputedStyle(box).fontFamily;
  return [
    { selector: "node", style: { width: 9, height: 9, "background-color": paper, "border-width": 1.5, "border-color": line, label: "data(label)", color: ink, "font-family": family, "font-size": 12.5, "text-valign": "center", "text-background-color": paper, "text-background-opacity": 1, "text-background-padding": 2 } },
    { selector: ".right", style: { "text-halign": "right", "text-margin-x": 5 } },
    { selector: ".left", style: { "text-halign": "left", "text-margin-x": -5 } },
    { selector: ".more", style: { shape: "rectangle", color: soft, "border-style": "dashed" } },
    { selector: ".kind", style: { shape: "round-rectangle", width: 1, height: 1, "border-width": 0, color: soft, "font-size": 11.5, "text-wrap": "wrap", "text-halign": "center", "line-height": 1.3 } },
    { selector: ".centre", style: { width: 16, height: 16, "background-color": accent, "border-color": accent, "font-weight": 600, "font-size": 13, "text-valign": "bottom", "text-halign": "center", "text-margin-y": 6, "text-wrap": "wrap", "text-max-width": 150, "z-index": 9 } },
    { selector: "edge", style: { width: 1, "line-color": line, "curve-style": "bezier", opacity: 0.75, "target-arrow-color": line, "arrow-scale": 0.8 } },
    { selector: ".arrow", style: { "target-arrow-shape": "triangle" } },
    { selector: ".chosen", style: { "background-color": accent, "border-color": accent, color: accent, "text-background-color": paper2 } },
    { selector: "edge.chosen", style: { "line-color": accent, "target-arrow-color": accent, label: "data(label)", color: soft, "font-size": 11, "font-family": family, "text-background-color": paper, "text-background-opacity": 1 } },
  ];
}

function open(box, table) {
  const fold = document.createElement("details");
  const summary = document.createElement("summary");
  summary.textContent = box.dataset.about;
  fold.append(summary);
  box.before(fold);
  fold.append(box);
  let drawn = false;
  fold.addEventListener("toggle", () => {
    if (!fold.open || drawn) return;
    drawn = true;
    box.hidden = false;
    draw(box, table);
  });
  if (table.querySelectorAll("tr[data-at]").length < FEWEST || fold.clientWidth < NARROW) return;
  fold.open = true;
  const words = table.closest("details");
  if (words) words.open = false;
}

function draw(box, table) {
  const graph = read(table);
  const { kinds, height } = place(graph.nodes);
  const canvas = document.createElement("div");
  canvas.className = "canvas";
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", `${box.dataset.about} ${box.dataset.keys}`);
  canvas.style.height = `${Math.min(720, Math.max(200, height + 30))}px`;
  const said = document.createElement("p");
  said.className = "said";
  said.setAttribute("aria-live", "polite");
  said.textContent = box.dataset.keys;
  const tools = document.createElement("p");
  tools.className = "tools";
  box.append(canvas, tools, said);
  // The policy of the page refuses the style element that the library would add; it adds none where this stands.
  const stands = document.createElement("meta");
  stands.id = "__________cytoscape_stylesheet";
  document.head.append(stands);
  const drawing = cytoscape({
    container: canvas,
    elements: elements(graph, kinds, box.dataset.title),
    style: style(box),
    layout: { name: "preset" },
    autoungrabify: true,
    boxSelectionEnabled: false,
    userZoomingEnabled: false,
    minZoom: 0.2,
    maxZoom: 2.5,
  });
  // As high as what is drawn will be once it fits the width.
  const { w, h } = drawing.elements().boundingBox();
  canvas.style.height = `${Math.min(720, Math.max(200, h * Math.min(1, canvas.clientWidth / (w + 24)) + 30))}px`;
  drawing.resize();
  const whole = () => {
    drawing.fit(undefined, 12);
    if (drawing.zoom() > 1) {
      drawing.zoom(1);
      drawing.center();
    }
  };
  const sized = (by) => drawing.zoom({ level: drawing.zoom() * by, renderedPosition: { x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 } });
  const verbs = [["+", box.dataset.nearer, () => sized(1.25)], ["−", box.dataset.farther, () => sized(0.8)], ["0", box.dataset.whole, whole]];
  for (const [sign, name, does] of verbs) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = sign === "0" ? name : sign;
    button.setAttribute("aria-label", name);
    button.addEventListener("click", does);
    tools.append(button);
  }
  whole();
  follow(drawing, canvas, graph.nodes, { said, sized, whole });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawing.style(style(box)));
  new ResizeObserver(() => drawing.resize()).observe(canvas);
}

/** Chooses and opens nodes, by keys and by pointer. */
function follow(drawing, canvas, nodes, { said, sized, whole }) {
  const order = [...nodes.values()].filter((node) => node.x !== undefined);
  order.sort((one, other) => other.sign - one.sign || one.step - other.step || one.y - other.y);
  let here = -1;
  const choose = (to) => {
    here = (to + order.length) % order.length;
    const node = order[here];
    drawing.elements(".chosen").removeClass("chosen");
    const shown = drawing.getElementById(node.id);
    shown.addClass("chosen");
    shown.connectedEdges().addClass("chosen");
    const link = document.createElement("a");
    link.href = node.href;
    link.textContent = node.label;
    said.replaceChildren(`${node.side === "out" ? "→" : "←"} ${node.how} · ${node.what}: `, link);
    const { x1, x2, y1, y2 } = shown.renderedBoundingBox();
    if (x1 < 0 || y1 < 0 || x2 > canvas.clientWidth || y2 > canvas.clientHeight) drawing.center(shown);
  };
  drawing.on("tap", "node", (event) => {
    const at = order.findIndex((node) => node.id === event.target.id());
    if (at >= 0) choose(at);
  });
  drawing.on("dbltap", "node", (event) => {
    const node = nodes.get(event.target.id());
    if (node?.href) location.assign(node.href);
  });
  const across = () => {
    const other = order.findIndex((node) => node.sign !== order[here]?.sign);
    if (other >= 0) choose(other);
  };
  const keys = {
    ArrowDown: () => choose(here + 1),
    ArrowUp: () => choose(here - 1),
    ArrowLeft: across,
    ArrowRight: across,
    Enter: () => here >= 0 && location.assign(order[here].href),
    "+": () => sized(1.25),
    "-": () => sized(0.8),
    0: whole,
  };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key] || order.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  });
}
