// One outcome: three columns, why they differ, and the diagrams.
import { drawn, make } from "./dom.js";
import { t } from "./texts.js";

const yesNo = value => t(value ? "yes" : "no");
const frame = value => value === null ? t("none") : value.code === 1005 ? t("empty") : value.reason ? `${value.code} “${value.reason}”` : String(value.code);
const reason = value => value ? `“${value}”` : t("no-reason");
const list = words => words.join(" → ");

/** Fills an element with an outcome. */
export function show(element, title, lines, outcome) {
  const head = make("header", {}, make("h3", {}, title), ...lines.map(line => make("p", {}, line)));
  const verdict = outcome.ok === undefined ? null : make("p", { class: outcome.ok ? "verdict good" : "verdict bad" }, t(outcome.ok ? "as-rules" : "not-as-rules"));
  element.replaceChildren(head, ...[verdict, differences(outcome), columns(outcome), why(outcome), explanation(outcome), ...diagrams(outcome)].filter(Boolean));
}

function differences({ differences = [] }) {
  return differences.length === 0 ? null : make("ul", { class: "differences" }, ...differences.map(line => make("li", {}, line)));
}

function columns(outcome) {
  const { browser, client, server, event } = outcome;
  const sides = [];
  if (browser || outcome.cannot || outcome.instead) sides.push(["this-browser", browser && {
    code: browser.code, reason: browser.reason, wasClean: browser.wasClean, events: browser.events,
  }, outcome.cannot ? t(`cannot-${outcome.cannot}`) : browser ? null : t("not-played")]);
  sides.push(["cierre-client", client && { ...client, events: event?.order.map(type => ({ type })) }, client ? null : t("no-client-record")]);
  if (outcome.server !== undefined) sides.push(["server", server, server ? null : t("no-server-record")]);
  const rows = ["code", "reason", "wasClean", "events", "sent", "received", "endedBy", "cause", "detail"];
  return make("div", { class: "columns", "data-columns": sides.length }, ...sides.map(([key, values, absent]) =>
    make("section", { class: "column", "data-side": key, "aria-label": t(key) },
      make("h4", {}, t(key)),
      values === null || values === undefined
        ? make("p", { class: "absent" }, absent)
        : make("dl", {}, ...rows.map(row => cell(row, values, sides.map(side => side[1])))))));
}

function cell(row, values, all) {
  const value = text(row, values);
  const compared = row === "code" || row === "reason" || row === "wasClean";
  const differs = compared && all.some(other => other && text(row, other) !== value);
  const shown = row === "code" && value !== null ? [make("b", {}, value), values.name ? make("span", { class: "name" }, values.name) : null].filter(Boolean)
    : [value ?? t("not-told")];
  return make("div", { class: value === null ? "row untold" : differs ? "row differs" : "row", "data-field": row },
    make("dt", {}, t(row), differs ? make("span", { class: "mark", title: t("differs") }, "≠") : null),
    make("dd", {}, ...shown));
}

function text(row, values) {
  if (values[row] === undefined) return null;
  switch (row) {
    case "code": return values.code === null ? t("no-event") : String(values.code);
    case "reason": return values.reason === null ? t("no-event") : reason(values.reason);
    case "wasClean": return values.wasClean === null ? t("no-event") : yesNo(values.wasClean);
    case "events": return list(summed(values.events));
    case "sent": case "received": return frame(values[row]);
    case "endedBy": return t(`by-${values.endedBy}`);
    default: return values[row];
  }
}

/** Types with their times; messages one after the other count as one. */
function summed(events) {
  const words = [];
  for (let i = 0; i < events.length; i++) {
    let count = 1;
    while (events[i].type === "message" && events[i + 1]?.type === "message") { i++; count++; }
    words.push(events[i].type + (count > 1 ? ` ×${count}` : "") + (events[i].ms === undefined ? "" : ` ${Math.round(events[i].ms)} ms`));
  }
  return words;
}

function why(outcome) {
  const keys = [...outcome.instead ? [`instead-${outcome.instead}`] : [], ...(outcome.why ?? []).map(key => `why-${key}`)];
  return keys.length === 0 ? null : make("section", { class: "why" }, make("h4", {}, t("why")), make("ul", {}, ...keys.map(key => make("li", {}, t(key)))));
}

function explanation({ client, server }) {
  const record = client ?? server;
  if (!record?.explanation) return null;
  const [first, ...rest] = record.explanation.split("\n");
  return make("section", { class: "explanation" }, make("h4", {}, t(client ? "client-explains" : "server-explains")),
    make("p", { class: "first" }, first), ...rest.map(line => make("p", {}, line.trim())));
}

function diagrams({ diagrams = [] }) {
  return diagrams.map(({ side, svg }) => make("figure", { class: "diagram", "data-diagram": side, tabindex: "0", role: "group", "aria-label": t(`diagram-${side}`) },
    make("figcaption", {}, t(`diagram-${side}`)), drawn(svg)));
}
