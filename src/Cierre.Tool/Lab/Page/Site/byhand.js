// A close by hand: the library itself says whether code and reason may be sent.
import { ask } from "./link.js";
import { show } from "./outcome.js";
import { t } from "./texts.js";

const element = id => document.getElementById(id);
let latest = 0, outcome = null, said = null;

export function begin() {
  element("close-form").addEventListener("input", check);
  element("close-form").addEventListener("submit", close);
}

export function redraw() {
  check();
  if (outcome) showLive(outcome);
}

// Whole, and where it is none of 16 bits still a number that the lab can read.
const code = () => Math.round(Math.min(Math.max(Number(element("code").value) || 0, -1), 65536));
const asked = () => ({ code: code(), reason: element("reason").value });
const byServer = () => new FormData(element("close-form")).get("by") === "server";

async function check() {
  const mine = ++latest;
  const answer = await ask("check", asked());
  // Only the answer to what stands there now counts.
  if (mine !== latest) return;
  if (answer.error) {
    element("verdict").textContent = t(answer.error);
    element("verdict").className = "verdict bad";
    return;
  }
  const objection = byServer() ? answer.server : answer.browser;
  element("code-says").textContent = answer.name ? `${answer.name}: ${answer.description}` : answer.description ?? "";
  element("reason-bytes").textContent = t("bytes", answer.bytes, answer.most);
  element("reason-bytes").classList.toggle("bad", answer.bytes > answer.most);
  element("reason-says").textContent = byServer() && answer.bytes > answer.most ? t("cut", answer.arrives ?? "") : "";
  element("verdict").textContent = objection ?? t("may-be-sent");
  element("verdict").className = objection ? "verdict bad" : "verdict good";
  element("close-now").disabled = objection !== null || said !== null;
}

async function close(event) {
  event.preventDefault();
  if (element("close-now").disabled) return;
  const members = { ...asked(), byServer: byServer() };
  said = "busy";
  element("close-now").disabled = true;
  const opened = await ask("live");
  const closed = opened.error ? opened : await ask("close", members);
  said = null;
  await check();
  if (closed.error) element("verdict").textContent = t(closed.error);
  else element("live-result").focus({ preventScroll: true });
}

export function showLive(message) {
  outcome = message;
  element("live-result").hidden = false;
  const { ok, ...shown } = message;
  show(element("live-result"), t("live-title"), [], shown);
}
