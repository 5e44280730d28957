// The table of sessions that survive their connections, those that wait for their client first.
import { setText } from "./dom.js";
import { RowsTable } from "./rows.js";
import { bytes, number, say, seconds } from "./words.js";

const ShortId = 8;

export class SessionsTable extends RowsTable {
  idWord = "session";
  selectWord = "selectSession";

  constructor(table) {
    super(table, ["endpoint", "user", "state", "age", "carriers", "queued"]);
  }

  name(id) {
    return id.slice(0, ShortId);
  }

  fill(cells, session) {
    for (const key of ["endpoint", "user"]) setText(cells[key], session[key] ?? "");
    setText(cells.state, this.#state(session));
    setText(cells.age, seconds(session.age));
    setText(cells.carriers, number(session.connections));
    setText(cells.queued, session.queued ? bytes(session.queued) : "");
  }

  #state({ isOpen, awayFor, left, connection }) {
    if (awayFor == null) return connection == null ? "" : say("onConnection", connection);
    const away = say("awayFor", seconds(awayFor), seconds(Math.max(0, left)));
    return isOpen ? away : `${away}, ${say("endedAway")}`;
  }
}
