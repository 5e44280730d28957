// Closes by code and cause: a bar for each code, a piece of it for each cause.
import { make, makeSvg } from "./dom.js";
import { t } from "./texts.js";

const height = 11;

export function drawChart(element, ends) {
  if (ends.length === 0) return element.replaceChildren(make("p", { class: "hint" }, t("chart-empty")));
  const codes = Map.groupBy(ends, end => end.code);
  const most = Math.max(...[...codes.values()].map(total));
  element.replaceChildren(make("ol", {}, ...[...codes].map(([code, causes]) => make("li", { "data-code": code, "data-count": total(causes) },
    make("b", {}, String(code)),
    make("span", { class: "bar" }, bar(causes, most), make("span", { class: "unseen" }, `: ${causes.map(words).join(", ")}; `)),
    make("span", { class: "count" }, String(total(causes)))))));
}

const total = causes => causes.reduce((sum, { count }) => sum + count, 0);
const words = ({ cause, count }) => `${cause} ${count}`;

function bar(causes, most) {
  const svg = makeSvg("svg", { viewBox: `0 0 1000 ${height}`, preserveAspectRatio: "none", height, "aria-hidden": "true" });
  let x = 0;
  causes.forEach((end, i) => {
    const width = Math.max(end.count / most * 1000, 4);
    const piece = makeSvg("rect", { x, y: 0, width: Math.max(width - 3, 2), height, class: `piece shade-${i % 5}` }, makeSvg("title", {}));
    piece.firstChild.textContent = words(end);
    svg.append(piece);
    x += width;
  });
  return svg;
}
