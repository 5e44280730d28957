// The page of the lab: the list of situations, and what is chosen in it.
import { drawChart } from "./chart.js";
import { make } from "./dom.js";
import { begin as beginAnywhere, redraw as redrawAnywhere } from "./anywhere.js";
import { begin as beginByHand, redraw as redrawByHand, showLive } from "./byhand.js";
import { begin as beginInspecting, redraw as redrawInspecting } from "./inspect.js";
import { connect, tell } from "./link.js";
import { show } from "./outcome.js";
import { obey } from "./sockets.js";
import { choose, described, t } from "./texts.js";

const element = id => document.getElementById(id);
const outcomes = new Map(), playing = new Set(), rows = new Map();
let situations = [], chosen = null, counts = [], language = "en";

function build() {
  element("list").replaceChildren(...situations.map(situation => {
    const row = make("li", { "data-name": situation.name, "data-state": "waiting" },
      make("button", { type: "button", class: "pick" }, make("span", { class: "state" }), make("span", { class: "what" }, make("span", { class: "name" }, situation.name), make("span", { class: "description" })), make("span", { class: "codes" })),
      make("button", { type: "button", class: "run" }, "▶"));
    row.querySelector(".pick").addEventListener("click", () => pick(situation.name, true));
    row.querySelector(".run").addEventListener("click", () => { pick(situation.name, false); run([situation.name]); });
    rows.set(situation.name, row);
    return row;
  }));
}

function run(names) {
  for (const name of names) playing.add(name);
  tell("run", { names });
  redraw();
}

function pick(name, move) {
  const before = chosen;
  chosen = name;
  for (const situation of situations) if (situation.name === before || situation.name === chosen) redrawRow(situation);
  redrawDetail();
  if (!move) return;
  element("detail").focus({ preventScroll: true });
  // One below the other, the outcome is out of sight.
  if (matchMedia("(max-width: 60rem)").matches) element("detail").scrollIntoView({ block: "start" });
}

function stateOf(name) {
  if (playing.has(name)) return "playing";
  const outcome = outcomes.get(name);
  return outcome === undefined ? "waiting" : outcome.ok ? "ok" : "differs";
}

function redrawRow(situation) {
  const row = rows.get(situation.name), state = stateOf(situation.name), outcome = outcomes.get(situation.name);
  row.dataset.state = state;
  const [picker, runner] = row.children;
  picker.setAttribute("aria-current", String(chosen === situation.name));
  picker.querySelector(".state").textContent = { waiting: "·", playing: "…", ok: "✓", differs: "✗" }[state];
  picker.querySelector(".state").setAttribute("aria-label", t(`state-${state}`));
  picker.querySelector(".state").setAttribute("role", "img");
  picker.querySelector(".description").textContent = described(situation);
  picker.querySelector(".codes").replaceChildren(...outcome ? [codes(outcome)] : []);
  runner.setAttribute("aria-label", t("run-one", situation.name));
  runner.title = t("run-one", situation.name);
}

const codes = ({ browser, client, server }) => make("span", { title: t("codes-title") }, [browser, client, server].map(side => side?.code ?? "–").join(" "));

function redraw() {
  situations.forEach(redrawRow);
  filter();
  drawChart(element("bars"), counts);
  redrawSum();
  redrawDetail();
}

function redrawSum() {
  const over = situations.filter(({ name }) => outcomes.has(name)), wrong = over.filter(({ name }) => !outcomes.get(name).ok);
  element("sum").textContent = over.length === 0 ? t("sum-none", situations.length) : t(wrong.length === 0 ? "sum-good" : "sum-bad", over.length, situations.length, wrong.length);
  element("progress").hidden = playing.size === 0;
  element("progress").value = situations.length === 0 ? 0 : 1 - playing.size / situations.length;
  element("run-all").disabled = playing.size > 0;
  element("results").textContent = JSON.stringify([...outcomes.values()].map(({ diagrams, ...rest }) => rest));
}

function redrawDetail() {
  const situation = situations.find(({ name }) => name === chosen), outcome = outcomes.get(chosen);
  const detail = element("detail");
  if (!situation) detail.replaceChildren(make("p", { class: "hint" }, t("choose")));
  else if (outcome) show(detail, situation.name, [described(situation)], outcome);
  else detail.replaceChildren(make("header", {}, make("h3", {}, situation.name), make("p", {}, described(situation))), make("p", { class: "hint" }, t(playing.has(chosen) ? "state-playing" : "not-yet")));
}

function filter() {
  const wanted = element("filter").value.trim().toLowerCase();
  for (const situation of situations) rows.get(situation.name).hidden = wanted !== "" && !`${situation.name} ${described(situation)}`.toLowerCase().includes(wanted);
}

async function speak(wanted) {
  language = wanted;
  await choose(language);
  for (const button of document.querySelectorAll("[data-language]")) button.setAttribute("aria-pressed", String(button.dataset.language === language));
  tell("language", { language });
  redraw();
  redrawByHand();
  redrawAnywhere();
  redrawInspecting();
}

/** From one situation to the next with the arrow keys. */
function move(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const shown = situations.map(({ name }) => rows.get(name)).filter(row => !row.hidden);
  const kind = event.target.className, at = shown.indexOf(event.target.closest("li")) + step;
  if (at < 0 || at >= shown.length) return;
  event.preventDefault();
  shown[at].querySelector(`.${kind}`).focus();
}

for (const button of document.querySelectorAll("[data-language]")) button.addEventListener("click", () => speak(button.dataset.language));
element("run-all").addEventListener("click", () => run(situations.map(({ name }) => name)));
element("filter").addEventListener("input", filter);
element("list").addEventListener("keydown", move);

const preferred = () => new URLSearchParams(location.search).get("lang") ?? (navigator.language.startsWith("es") ? "es" : "en");

await choose(preferred());
await connect({
  hello(message) {
    ({ situations } = message);
    build();
    beginByHand();
    beginAnywhere();
    beginInspecting();
    tell("browser", { kind: /Chrom(e|ium)\//.test(navigator.userAgent) ? "chromium" : /Firefox\//.test(navigator.userAgent) ? "firefox" : null });
    speak(message.language ?? preferred());
  },
  outcome(outcome) {
    if (outcome.name === "live") return showLive(outcome);
    outcomes.set(outcome.name, outcome);
    playing.delete(outcome.name);
    if (chosen === null) pick(situations[0].name, false);
    redrawRow(situations.find(({ name }) => name === outcome.name));
    redrawSum();
    if (chosen === outcome.name) redrawDetail();
  },
  counts(message) {
    counts = message.ends;
    drawChart(element("bars"), counts);
  },
  socket: obey,
  ended(event) {
    element("ended").hidden = false;
    element("ended").textContent = t("ended", event.code);
  },
});
