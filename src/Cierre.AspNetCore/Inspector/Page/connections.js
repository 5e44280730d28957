// The table of open connections.
import { element, setText } from "./dom.js";
import { RowsTable } from "./rows.js";
import { bytes, number, say, seconds } from "./words.js";

export class ConnectionsTable extends RowsTable {
  idWord = "id";
  selectWord = "selectOne";

  constructor(table) {
    super(table, ["endpoint", "user", "remote", "age", "idle", "received", "sent", "queued", "roundTrip", "frames"]);
  }

  name(id) {
    return element("button", { type: "button", class: "link", "aria-label": say("follow", id), onclick: () => this.dispatchEvent(new CustomEvent("follow", { detail: id })) }, `${id}`);
  }

  fill(cells, connection) {
    // A user whose credentials are renewed may come back under another name.
    for (const key of ["endpoint", "user", "remote"]) setText(cells[key], connection[key] ?? "");
    setText(cells.age, connection.isOpen ? seconds(connection.age) : `${seconds(connection.age)}, ${say("closingNow")}`);
    setText(cells.idle, seconds(connection.idle));
    setText(cells.received, say("messages", number(connection.messagesReceived), bytes(connection.bytesReceived)));
    setText(cells.sent, say("messages", number(connection.messagesSent), bytes(connection.bytesSent)));
    setText(cells.queued, [connection.queued && bytes(connection.queued), connection.dropped && say("dropped", number(connection.dropped))].filter(part => part).join(", "));
    setText(cells.roundTrip, connection.roundTrip == null ? "" : `${number(connection.roundTrip)} ms`);
    setText(cells.frames, (connection.frames ?? []).map(frame => `${frame.received ? "\u2193" : "\u2191"} ${frame.words}`).join(" \u00b7 "));
  }
}
