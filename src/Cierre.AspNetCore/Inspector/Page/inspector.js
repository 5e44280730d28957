// The inspector's page: puts the parts together. Each of them (feed, connections, frames, closes) can be used by another page of the same origin.
import { ClosesList } from "./closes.js";
import { ConnectionsTable } from "./connections.js";
import { find, setText } from "./dom.js";
import { Feed } from "./feed.js";
import { FramesTable } from "./frames.js";
import { SessionsTable } from "./sessions.js";
import { chooseLanguage, language, number, preferredLanguage, rememberLanguage, say } from "./words.js";

const feed = new Feed(new URL(".", location.href));
const connections = new ConnectionsTable(find("connections-table"));
const sessions = new SessionsTable(find("sessions-table"));
const frames = new FramesTable(find("frames-table"));
const closes = new ClosesList(find("closes-list"));

let before = null;
let next = null;
let typing = 0;
let status = { state: "connecting" };
let following = null;
let counts = [0, 0, 0];
let sessionCounts = [0, 0, 0];

function list() {
  feed.list({ before, filter: find("filter").value, lang: language() });
}

function translate() {
  document.documentElement.lang = language();
  for (const node of document.querySelectorAll("[data-words]")) setText(node, say(node.dataset.words));
  connections.translate();
  sessions.translate();
  frames.translate();
  closes.clear();
  showStatus(status);
  showCounts();
  showSelection();
  if (following !== null) setText(find("frames-heading"), say("following", following));
  find("close-answer").textContent = "";
}

function showStatus(now) {
  status = now;
  setText(find("status"), say(now.state, now.code ?? now.error ?? ""));
  find("status").dataset.state = now.state;
}

function showCounts() {
  setText(find("count"), say("count", ...counts.map(count => number(count))));
  setText(find("session-count"), say("sessionCount", ...sessionCounts.map(count => number(count))));
}

function showSelection() {
  const count = connections.selected.length + sessions.selected.length;
  find("close-button").disabled = count === 0;
  setText(find("close-button"), say("closeButton", number(count)));
}

feed.addEventListener("status", ({ detail }) => showStatus(detail));

feed.addEventListener("restart", () => {
  following = null;
  connections.clear();
  sessions.clear();
  find("sessions").hidden = true;
  closes.clear();
  find("closes-none").hidden = false;
  find("frames").hidden = true;
  setText(find("close-answer"), say("restart"));
  if (before === null) return;
  before = null;
  list();
});

feed.addEventListener("connections", ({ detail }) => {
  counts = [detail.open, detail.matching, detail.viewers];
  next = detail.next ?? null;
  connections.show(detail.connections);
  showCounts();
  find("older").disabled = next === null;
  find("newest").disabled = before === null;
});

feed.addEventListener("sessions", ({ detail }) => {
  sessionCounts = [detail.open, detail.away, detail.matching];
  sessions.show(detail.sessions);
  showCounts();
  find("sessions").hidden = detail.open === 0;
});

feed.addEventListener("following", ({ detail }) => {
  following = detail.id;
  frames.clear();
  frames.add(detail.before);
  find("frames").hidden = false;
  setText(find("frames-heading"), say("following", detail.id));
  setText(find("payloads"), detail.showsPayloads ? "" : say("payloadsHidden"));
  setText(find("missed"), "");
  setText(find("ended"), "");
});

feed.addEventListener("frames", ({ detail }) => {
  if (detail.id !== following) return;
  frames.add(detail.frames);
  setText(find("missed"), detail.missed ? say("missed", number(detail.missed)) : "");
});

feed.addEventListener("ended", ({ detail }) => {
  find("frames").hidden = false;
  if (detail.id !== following) {
    frames.clear();
    setText(find("frames-heading"), say("following", detail.id));
  }
  setText(find("ended"), detail.explanation ?? say("gone", detail.id));
});

feed.addEventListener("closes", ({ detail }) => {
  closes.add(detail.closes, detail.missed);
  find("closes-none").hidden = !closes.isEmpty;
});

connections.addEventListener("selection", showSelection);

sessions.addEventListener("selection", showSelection);

connections.addEventListener("follow", ({ detail }) => {
  feed.follow(detail);
  find("frames").hidden = false;
  setText(find("frames-heading"), say("following", detail));
  find("frames-heading").focus();
});

find("unfollow").addEventListener("click", () => {
  feed.unfollow();
  following = null;
  find("frames").hidden = true;
  find("connections").focus();
});

find("close").addEventListener("submit", async event => {
  event.preventDefault();
  try {
    const { closing, gone, closingSessions, goneSessions } = await feed.close(connections.selected, sessions.selected, find("code").valueAsNumber, find("reason").value);
    setText(find("close-answer"), say("closing", number(closing.length + closingSessions.length), number(gone.length + goneSessions.length)));
    connections.forgetSelection();
    sessions.forgetSelection();
  } catch (error) {
    setText(find("close-answer"), error.message);
  }
});

find("search").addEventListener("submit", event => event.preventDefault());

find("filter").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    before = null;
    list();
  }, 250);
});

find("older").addEventListener("click", () => {
  before = next;
  list();
});

find("newest").addEventListener("click", () => {
  before = null;
  list();
});

find("language").addEventListener("change", () => {
  chooseLanguage(find("language").value);
  rememberLanguage(language());
  translate();
  list();
});

chooseLanguage(preferredLanguage());
find("language").value = language();
translate();
find("older").disabled = find("newest").disabled = true;
// Asked for as soon as the feed is open.
feed.start();
list();
