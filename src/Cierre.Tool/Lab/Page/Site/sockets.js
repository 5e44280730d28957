// The sockets that this browser plays with. What their listeners receive is reported as it comes, and nothing is added.
import { tell } from "./link.js";

const sockets = new Map();

export function obey(command) {
  try {
    if (command.do === "open") (command.inFrame ? openInFrame : open)(command);
    else sockets.get(command.socket)?.[command.do](command);
  } catch (error) {
    report(command.socket, performance.now(), { event: "failed", reason: String(error) });
  }
}

function report(socket, made, { event, code, reason, wasClean }) {
  tell("event", { report: { socket, event, ms: performance.now() - made, code, reason, wasClean } });
  if (event === "close" || event === "gone" || event === "failed") sockets.delete(socket);
}

function open({ socket: number, url }) {
  const made = performance.now();
  const socket = new WebSocket(url);
  for (const type of ["open", "message", "error", "close"]) {
    socket.addEventListener(type, e => report(number, made, { event: type, code: e.code, reason: e.reason, wasClean: e.wasClean }));
  }
  sockets.set(number, {
    // Where the close was faster, the browser would only complain.
    send: ({ text, bytes }) => { if (socket.readyState === WebSocket.OPEN) socket.send(bytes === undefined ? text : new Uint8Array(bytes)); },
    close: ({ code, reason }) => socket.close(code, reason),
    leave: () => socket.close(),
  });
}

function openInFrame({ socket: number, url }) {
  const made = performance.now();
  const frame = document.createElement("iframe");
  const listen = event => {
    if (event.source !== frame.contentWindow || event.origin !== location.origin) return;
    if (event.data.event === "ready") frame.contentWindow.postMessage({ do: "open", url }, location.origin);
    else report(number, made, event.data);
  };
  addEventListener("message", listen);
  frame.hidden = true;
  frame.src = "/frame.html";
  document.body.append(frame);
  sockets.set(number, {
    leave() {
      removeEventListener("message", listen);
      frame.remove();
      report(number, made, { event: "gone" });
    },
  });
}
