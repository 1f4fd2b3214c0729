"use strict";

/* The paper: as the system says, unless the reader says otherwise. */
{
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const name = () => { button.textContent = isDark() ? "Light paper" : "Dark paper"; };
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("saltworks-theme", root.dataset.theme); } catch { /* then it lasts as long as the page */ }
    name();
  });
  system.addEventListener("change", name);
  button.hidden = false;
  name();
}

/* A view is in the address, so that it can be linked: #engine=luigi,dask&verdict=stale&cell=luigi/native/ml/unchanged */
const FILTERS = ["engine", "strategy", "pipeline", "verdict"];

function view() {
  const said = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
  const chosen = Object.fromEntries(FILTERS.map((name) => [name, (said.get(name) ?? "").split(",").filter(Boolean)]));
  return { ...chosen, cell: said.get("cell") };
}

function addressOf(state) {
  const encode = (text) => encodeURIComponent(text).replaceAll("%2F", "/").replaceAll("%2C", ",");
  const parts = FILTERS.filter((name) => state[name].length).map((name) => `${name}=${encode(state[name].join(","))}`);
  if (state.cell) parts.push(`cell=${encode(state.cell)}`);
  return `#${parts.join("&")}`;
}

/** An element with attributes and children; empty children are left out. */
function h(name, attributes = {}, ...children) {
  const made = name.startsWith("svg:")
    ? document.createElementNS("http://www.w3.org/2000/svg", name.slice(4))
    : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== "" && child !== null && child !== undefined));
  return made;
}

if (document.getElementById("matrix")) startMatrix();
if (document.getElementById("columns")) startColumns();
if (document.getElementById("needs")) startNeeds();

function startMatrix() {
  const table = document.getElementById("matrix");
  const form = document.getElementById("filters");
  const showing = document.getElementById("showing");
  const everything = document.getElementById("everything");
  const dialog = document.getElementById("cell");
  const root = document.getElementById("bundle").dataset.root;
  const { cells, texts, fates, marks, graphs } = JSON.parse(document.getElementById("bundle").textContent);

  const links = [...table.querySelectorAll("a.c")];
  const known = new Map(links.map((link) => [decodeURIComponent(link.hash.slice("#cell=".length)), link]));
  const unpack = (name) => {
    const [engine, strategy, pipeline, scenario, partner, words, settling, edit, symbol, tags, steps, expected, seconds, note, evidence, command, source] = cells[name];
    const text = (number) => texts[number];
    return {
      engine: text(engine), strategy: text(strategy), pipeline: text(pipeline), scenario: text(scenario), partner: text(partner),
      words: text(words), settling: text(settling), edit: text(edit), symbol: text(symbol), tags: tags.map(text), seconds, note: text(note), evidence: evidence.map(text), command: text(command), source: source.length ? [text(source[0]), source[1]] : null,
      steps: steps.map(([step, fate, claim, disputed, ...reasons]) => ({
        name: text(step), fate: fates[fate], claim: text(claim), disputed: Boolean(disputed), reasons: reasons.map(text),
      })),
      expected: expected.length ? Object.fromEntries(["verdict", "kind", "because", "link"].map((key, i) => [key, text(expected[i])])) : null,
    };
  };

  /* Which cells are shown. */
  const heads = [...table.tHead.rows[0].cells].slice(1);
  const columns = [...table.tHead.rows[1].cells];
  const engineOf = heads.flatMap((head) => Array(head.colSpan).fill(head.dataset.engine));
  const rows = [...table.tBodies].flatMap((body) =>
    [...body.rows].filter((row) => row.cells[0].scope === "row").map((row) => {
      const inside = [...row.cells].slice(1).map((cell) => {
        const link = cell.querySelector("a");
        return { cell, link, tags: link ? link.classList : null };
      });
      return { row, pipeline: body.dataset.pipeline, inside };
    }));
  const strategyOf = columns.map((_, i) => {
    const link = rows.map(({ inside }) => inside[i].link).find(Boolean);
    return texts[cells[decodeURIComponent(link.hash.slice("#cell=".length))][1]];
  });
  const has = (chosen, value) => !chosen.length || chosen.includes(value);

  function filter(state) {
    const open = columns.map((_, i) => has(state.engine, engineOf[i]) && has(state.strategy, strategyOf[i]));
    columns.forEach((column, i) => {
      column.hidden = !open[i];
      column.classList.toggle("start", open[i] && engineOf.findIndex((engine, j) => open[j] && engine === engineOf[i]) === i);
    });
    for (const head of heads) {
      const span = open.filter((shown, i) => shown && engineOf[i] === head.dataset.engine).length;
      head.hidden = !span;
      if (span) head.colSpan = span;
    }
    let shown = 0;
    for (const { row, pipeline, inside } of rows) {
      let found = 0;
      inside.forEach(({ cell, link, tags }, i) => {
        cell.hidden = !open[i];
        cell.classList.toggle("start", columns[i].classList.contains("start"));
        const matches = Boolean(link) && (!state.verdict.length || state.verdict.some((tag) => tags.contains(tag)));
        if (link) link.classList.toggle("faint", !matches);
        if (open[i] && matches) found += 1;
      });
      row.hidden = !has(state.pipeline, pipeline) || (!found && state.verdict.length > 0) || !open.includes(true);
      if (!row.hidden) shown += found;
    }
    for (const body of table.tBodies) {
      body.hidden = ![...body.rows].slice(1).some((row) => !row.hidden);
      body.rows[0].cells[0].colSpan = open.filter(Boolean).length + 1;
    }
    showing.textContent = `${shown} of ${links.length} cells`;
    everything.hidden = FILTERS.every((name) => !state[name].length);
    for (const box of form.querySelectorAll("input")) box.checked = state[box.name].includes(box.value);
    keepOneStop();
  }

  /* One stop for the tab key; arrows go from cell to cell. */
  let stop = null;
  const isShown = (link) => !link.closest("td").hidden && !link.closest("tr").hidden && !link.closest("tbody").hidden;
  function keepOneStop(wanted = stop) {
    const next = wanted && isShown(wanted) ? wanted : links.find(isShown);
    if (stop) stop.tabIndex = -1;
    stop = next ?? null;
    if (stop) stop.tabIndex = 0;
  }
  for (const link of links) link.tabIndex = -1;

  const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  function neighbour(link, [down, across]) {
    const shown = rows.filter(({ row }) => !row.hidden && !row.closest("tbody").hidden);
    let y = shown.findIndex(({ row }) => row.contains(link));
    let x = shown[y].inside.findIndex((each) => each.link === link);
    for (y += down, x += across; shown[y]?.inside[x]; y += down, x += across) {
      const candidate = shown[y].inside[x];
      if (candidate.link && !candidate.cell.hidden) return candidate.link;
    }
    return null;
  }
  table.addEventListener("keydown", (event) => {
    const link = event.target.closest("a.c");
    if (!link || !(event.key in STEPS) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const next = neighbour(link, STEPS[event.key]);
    if (next) { keepOneStop(next); next.focus(); next.scrollIntoView({ block: "nearest", inline: "nearest" }); }
  });

  /* One cell, opened. */
  const badge = (tag, symbol) => h("span", { class: `c ${tag}`, "aria-hidden": "true" }, symbol);
  const part = (title, ...children) => h("section", {}, h("h3", {}, title), ...children);

  function diff(text) {
    const kinds = { "+": "added", "-": "removed", "@": "place" };
    const lines = text.trimEnd().split("\n").map((line) => {
      const kind = /^(\+\+\+|---) /.test(line) ? "file" : kinds[line[0]] ?? "";
      return h("span", { class: `line ${kind}` }, line);
    });
    return h("pre", { class: "diff" }, h("code", {}, ...lines));
  }

  function graph(cell) {
    const { width, height, boxes, lines } = graphs[cell.pipeline];
    const fateOf = new Map(boxes.map((box, i) => [box.node, cell.steps[i]]));
    const drawn = h("svg:svg", { viewBox: `0 0 ${width} ${height}`, class: "graph", role: "img", "aria-label": "The pipeline's graph; the table below says the same" });
    for (const line of lines) {
      const [fromX, fromY, x, y] = line.match(/-?[\d.]+/g).slice(-4).map(Number); // its last control point, and its end
      const turn = (Math.atan2(y - fromY, x - fromX) * 180) / Math.PI;
      drawn.append(h("svg:path", { d: line, class: "edge" }),
        h("svg:path", { d: "M-6 -3.5L2 0L-6 3.5z", class: "head", transform: `translate(${x} ${y}) rotate(${turn})` }));
    }
    for (const box of boxes) {
      const { fate, name } = fateOf.get(box.node);
      const label = name === box.node ? box.label : name;
      const size = Math.min(13, (box.width - 34) / (0.62 * label.length));
      drawn.append(h("svg:g", { class: `f-${fate.tag}`, transform: `translate(${box.x} ${box.y})` },
        h("svg:rect", { width: box.width, height: box.height, rx: 5 }),
        h("svg:text", { x: 10, y: box.height / 2 + 4.5, class: "symbol" }, fate.symbol),
        h("svg:text", { x: 26, y: box.height / 2 + 4.5, style: `font-size: ${size.toFixed(1)}px` }, label)));
    }
    return h("div", { class: "scroll", role: "region", "aria-label": "Graph, scrollable", tabindex: "0" }, drawn);
  }

  function steps(cell) {
    const head = h("tr", {}, ...["step", "what became of it", "why it ran", "the engine said"].map((text) => h("th", { scope: "col" }, text)));
    const body = cell.steps.map(({ name, fate, reasons, claim, disputed }) => h("tr", {},
      h("th", { scope: "row" }, name),
      h("td", {}, h("span", { class: `fate f-${fate.tag}`, "aria-hidden": "true" }, fate.symbol), ` ${fate.name}`),
      h("td", {}, reasons.join("; ") || "–"),
      h("td", {}, claim ? h("code", {}, claim) : "nothing", disputed ? h("b", { class: "disputed" }, " ≠ the ledger says otherwise") : "")));
    return h("div", { class: "scroll", role: "region", "aria-label": "Steps, scrollable", tabindex: "0" },
      h("table", { class: "steps" }, h("caption", { class: "unseen" }, "What became of each step"), h("thead", {}, head), h("tbody", {}, ...body)));
  }

  function expectation({ expected, tags }) {
    const odd = tags.includes("unexpected") ? h("p", { class: "odd" }, h("b", {}, "* Not as expected. "), "Either something broke, or it got better; the expectations say which it should be.") : "";
    if (!expected) return part("Expected", odd, h("p", {}, "To be exact."));
    const link = expected.link ? h("p", {}, h("a", { href: expected.link, rel: "noreferrer" }, expected.link)) : "";
    return part("Expected", odd, h("p", {}, h("b", {}, `${expected.verdict}, ${expected.kind}: `), expected.because), link);
  }

  function evidence({ evidence: [served, clean, page, right], strategy }) {
    if (served === undefined) return "";
    const quoted = (said) => (said ? h("q", {}, said) : "nothing there");
    const link = (digest, label) => h("a", { href: `evidence/${digest}.html`, target: "_blank", rel: "noreferrer" }, label);
    return part("What is wrong",
      h("dl", { class: "evidence" },
        h("div", {}, h("dt", {}, "Its target says"), h("dd", {}, quoted(served))),
        h("div", {}, h("dt", {}, "A clean build says"), h("dd", {}, quoted(clean)))),
      page ? h("p", {}, "Both pages: ", link(page, "the one that was called done"), " and ", link(right, "the one of a clean build"), ".") : "");
  }

  function again(cell) {
    const copy = h("button", { type: "button", class: "copy" }, "Copy");
    copy.addEventListener("click", async () => {
      try { await navigator.clipboard.writeText(cell.command); copy.textContent = "Copied"; } catch { getSelection().selectAllChildren(copy.previousSibling); }
    });
    const source = cell.source ? h("p", {}, "The change is made in ", h("a", { href: `${root}/${cell.source[0]}` }, `${cell.source[0]}, line ${cell.source[1]}`), ".") : "";
    return part("Reproduce", h("p", { class: "command" }, h("code", {}, cell.command), copy), source);
  }

  function detail(name) {
    const cell = unpack(name);
    const [tag, ...remarks] = cell.tags;
    const link = known.get(name);
    const go = (key, label) => {
      const next = link && neighbour(link, STEPS[key]);
      return next ? h("a", { href: next.hash, class: "go", "aria-label": label }, { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" }[key]) : "";
    };
    return [
      h("header", {},
        h("h2", { id: "cell-title", tabindex: "-1" }, cell.scenario, h("small", {}, ` ${cell.pipeline}, on ${cell.engine}${cell.partner ? ` after ${cell.partner}` : ""}, ${cell.strategy}`)),
        h("nav", { "aria-label": "Neighbouring cells" }, go("ArrowUp", "Scenario above"), go("ArrowDown", "Scenario below"), go("ArrowLeft", "Column before"), go("ArrowRight", "Column after")),
        h("button", { type: "button", class: "close" }, "Close")),
      h("p", { class: "verdict" }, badge(tag, cell.symbol), h("span", {}, h("b", {}, `${marks[tag].name}: `), `${marks[tag].meaning}.`)),
      ...remarks.map((remark) => h("p", { class: "verdict remark" }, badge(remark, marks[remark].symbol), h("span", {}, h("b", {}, `${marks[remark].name}: `), `${marks[remark].meaning}.`))),
      cell.note ? h("p", { class: "note" }, `Of note: ${cell.note}.`) : "",
      evidence(cell),
      part("What was changed", h("p", {}, `Between the two builds: ${cell.words}.`), cell.settling ? h("p", {}, `${cell.settling}.`) : "", cell.edit ? diff(cell.edit) : ""),
      part("What became of each step", graph(cell), steps(cell), h("p", { class: "seconds" }, `The run took ${cell.seconds.toFixed(2)} s.`)),
      expectation(cell),
      again(cell),
    ].filter(Boolean);
  }

  function open(name) {
    if (dialog.dataset.shown !== name) {
      dialog.replaceChildren(...detail(name));
      dialog.dataset.shown = name;
      dialog.scrollTop = 0;
    }
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("h2").focus();
  }

  function close() {
    const link = known.get(dialog.dataset.shown);
    delete dialog.dataset.shown;
    if (dialog.open) dialog.close();
    if (link && isShown(link)) { keepOneStop(link); link.focus(); }
  }

  /* The address says what is shown, and nothing else does. */
  function show() {
    const state = view();
    filter(state);
    if (state.cell && cells[state.cell]) open(state.cell); else if (dialog.dataset.shown) close();
  }
  function go(state) {
    history.pushState(null, "", addressOf(state));
    show();
  }
  for (const place of [table, dialog]) {
    place.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#cell=']");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      go({ ...view(), cell: decodeURIComponent(link.hash.slice("#cell=".length)) });
    });
  }
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("button.close")) go({ ...view(), cell: null });
  });
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); go({ ...view(), cell: null }); });
  form.addEventListener("change", () => {
    const checked = (name) => [...form.querySelectorAll(`input[name="${name}"]:checked`)].map((box) => box.value);
    go({ ...Object.fromEntries(FILTERS.map((name) => [name, checked(name)])), cell: null });
  });
  everything.addEventListener("click", () => { go({ engine: [], strategy: [], pipeline: [], verdict: [], cell: null }); table.parentElement.focus(); });
  addEventListener("popstate", show);
  /* Where all columns fit, the page scrolls and not a box within it. */
  new ResizeObserver(() => table.parentElement.classList.toggle("fits", table.offsetWidth <= table.closest("section").clientWidth)).observe(document.body);
  form.hidden = false;
  show();
  if (!view().cell && FILTERS.some((name) => view()[name].length)) form.scrollIntoView();
}

/* Side by side: which engines are shown. On a narrow page two, the last two that were chosen. */
function startColumns() {
  const form = document.getElementById("columns");
  const boxes = [...form.querySelectorAll("input")];
  const narrow = matchMedia("(max-width: 48rem)");
  let order = boxes.map((box) => box.value);
  const said = view().engine.filter((engine) => order.includes(engine));
  if (said.length) order = said;

  function show() {
    const shown = !narrow.matches ? order : order.length === boxes.length ? order.slice(0, 2) : order.slice(-2);
    for (const box of boxes) box.checked = shown.includes(box.value);
    for (const column of document.querySelectorAll("article[data-engine]")) column.hidden = !shown.includes(column.dataset.engine);
    document.documentElement.style.setProperty("--columns", shown.length);
    return shown;
  }
  form.addEventListener("change", ({ target }) => {
    const wanted = target.checked;
    if (narrow.matches) order = show(); // what one sees is what one changes
    const rest = order.filter((engine) => engine !== target.value);
    if (wanted) order = [...rest, target.value]; else if (rest.length) order = rest;
    show();
    history.replaceState(null, "", order.length === boxes.length ? "#" : addressOf({ ...view(), engine: order, cell: null }));
  });
  narrow.addEventListener("change", show);
  form.hidden = false;
  show();

  const forms = document.getElementById("forms");
  const showForm = () => {
    const chosen = forms.querySelector(":checked").value;
    for (const columns of document.querySelectorAll("[data-form]")) columns.hidden = columns.dataset.form !== chosen;
  };
  forms.addEventListener("change", showForm);
  forms.hidden = false;
  showForm();
}

/* Which one: the engines that have all that is needed, and what each costs for tasks of this size. */
function startNeeds() {
  const form = document.getElementById("needs");
  const rows = [...document.querySelectorAll("#options tbody tr")];

  function show() {
    const needs = [...form.querySelectorAll("[name=need]:checked")].map((box) => box.value);
    const task = Number(form.querySelector("[name=task]:checked").value);
    const left = rows.filter((row) => needs.every((need) => row.dataset.has.split(" ").includes(need)));
    for (const row of rows) {
      row.classList.toggle("out", !left.includes(row));
      const overhead = row.dataset.overhead;
      const share = overhead ? 100 * Number(overhead) / (Number(overhead) + task) : null;
      row.querySelector("[data-share]").textContent = share === null ? "–" : share < 1 ? "below 1 %" : `${share.toFixed(0)} %`;
    }
    const names = left.map((row) => row.dataset.engine);
    document.getElementById("remains").textContent = names.length ? `${names.join(", ")}: ${names.length} of ${rows.length} have all of this.` : "None has all of this.";
  }
  for (const cell of document.querySelectorAll("#options [data-share]")) cell.hidden = false;
  form.addEventListener("change", show);
  form.hidden = false;
  show();
}
