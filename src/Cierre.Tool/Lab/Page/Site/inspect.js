// A connection of this browser that stays open until somebody ends it: here, or in the inspector.
import { t } from "./texts.js";

const element = id => document.getElementById(id);
let socket = null, ended = null;

export function begin() {
  element("keep").addEventListener("click", () => (socket === null ? open() : socket.close(1000)));
}

function open() {
  socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/echo${location.search}`);
  ended = null;
  socket.onopen = () => { socket.send(t("hello")); redraw(); };
  socket.onclose = event => { socket = null; ended = event; redraw(); };
  redraw();
}

export function redraw() {
  const is = socket === null ? ended === null ? "none" : "ended" : socket.readyState === WebSocket.OPEN ? "open" : "opening";
  element("keep").textContent = t(socket === null ? "keep-open" : "keep-close");
  element("kept").dataset.state = is;
  element("kept").textContent = is === "ended"
    ? t("kept-ended", ended.code, ended.reason === "" ? t("no-reason") : `“${ended.reason}”`, t(ended.wasClean ? "yes" : "no"))
    : t(`kept-${is}`);
}
