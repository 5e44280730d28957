// The control connection: questions and their answers, and messages of the lab's own accord.
let socket, last = 0;
const waiting = new Map(), noAnswer = { error: "no-answer" };

export function connect(handlers) {
  const token = new URLSearchParams(location.search).get("token") ?? "";
  socket = new WebSocket(`ws://${location.host}/control?token=${encodeURIComponent(token)}`);
  socket.addEventListener("message", event => {
    const message = JSON.parse(event.data);
    if (message.type !== "answer") return handlers[message.type](message);
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  });
  socket.addEventListener("close", event => {
    handlers.ended(event);
    // No answer comes any more, and who waits for one need not wait.
    for (const resolve of waiting.values()) resolve(noAnswer);
    waiting.clear();
  });
  return new Promise(resolve => socket.addEventListener("open", resolve, { once: true }));
}

/** Tells the lab something that has no answer. */
export const tell = (what, members = {}) => {
  // Half of a surrogate pair, which a field may hold, is no text that JSON can carry.
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ do: what, ...members }, (_, value) => typeof value === "string" ? value.toWellFormed() : value));
};

/** Asks the lab, and resolves to its answer, which has an error where something went wrong. */
export const ask = (what, members = {}) => new Promise(resolve => {
  if (socket.readyState !== WebSocket.OPEN) return resolve(noAnswer);
  waiting.set(++last, resolve);
  tell(what, { id: last, ...members });
});
