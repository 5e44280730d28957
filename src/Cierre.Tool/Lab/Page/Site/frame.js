// A page of its own for one socket: the lab takes it away as a user who leaves would.
"use strict";
const tell = message => parent.postMessage(message, location.origin);
let socket;
addEventListener("message", event => {
  if (event.source !== parent || event.origin !== location.origin) return;
  if (event.data.do === "open") {
    socket = new WebSocket(event.data.url);
    for (const type of ["open", "message", "error", "close"]) {
      socket.addEventListener(type, e => tell({ event: type, code: e.code, reason: e.reason, wasClean: e.wasClean }));
    }
  }
});
tell({ event: "ready" });
