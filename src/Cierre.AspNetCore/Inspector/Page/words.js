// Every word of the page, in both languages. What the server says (explanations, refusals, frames in words) comes from it in the same language.
const en = {
  skip: "Skip to the connections", inspector: "inspector", language: "Language", connections: "Open connections", filter: "Endpoint, user, number or session",
  count: "Open: {0} \u00b7 found: {1} \u00b7 looking: {2}", newest: "Newest", older: "Older", closeHeading: "Close the selected", code: "Code", reason: "Reason",
  closeButton: "Close {0}", closing: "Closing: {0} \u00b7 gone already: {1}", unfollow: "Stop following", closes: "Last closes", closesNone: "None has ended yet.",
  select: "Select", selectAll: "Select all shown", selectOne: "Select connection {0}", id: "Connection", follow: "Follow connection {0}", endpoint: "Endpoint", user: "User", remote: "Address",
  age: "Age", idle: "Idle", received: "Received", sent: "Sent", queued: "Queued", dropped: "dropped: {0}", roundTrip: "Round trip", frames: "Last frames", closingNow: "closing",
  following: "Frames of connection {0}", missed: "Not shown, because they came too fast: {0}", payloadsHidden: "Payloads are not shown (WebSocketInspectorOptions.PayloadBytes).",
  time: "Time", direction: "Direction", what: "What", words: "In words", payload: "Payload", in: "in", out: "out", stream: "stream", rule: "rule broken",
  gone: "Connection {0} is not open any more.", live: "Live", connecting: "Connecting", polling: "Live feed closed ({0}): asking every 2 s", hidden: "Paused while the page is hidden",
  failed: "The server does not answer: {0}", messages: "{0} ({1})", closesMissed: "Ended too fast to be kept: {0}", clean: "clean", unclean: "not clean",
  sessions: "Sessions that survive a lost connection", sessionCount: "Sessions: {0} \u00b7 without a connection: {1} \u00b7 found: {2}", session: "Session", selectSession: "Select session {0}",
  state: "State", onConnection: "on connection {0}", awayFor: "away for {0}, kept for {1} more", endedAway: "ended, its client has yet to be told", carriers: "Connections so far",
  restart: "Another process of the server answers. What was shown of the one before is gone, and the numbers mean other connections.",
};

const es = {
  skip: "Ir a las conexiones", inspector: "inspector", language: "Idioma", connections: "Conexiones abiertas", filter: "Ruta, usuario, número o sesión",
  count: "Abiertas: {0} \u00b7 encontradas: {1} \u00b7 mirando: {2}", newest: "Las más nuevas", older: "Anteriores", closeHeading: "Cerrar las elegidas", code: "Código", reason: "Motivo",
  closeButton: "Cerrar {0}", closing: "Cerrándose: {0} \u00b7 ya no estaban: {1}", unfollow: "Dejar de seguir", closes: "Últimos cierres", closesNone: "Todavía no ha terminado ninguna.",
  select: "Elegir", selectAll: "Elegir todas las mostradas", selectOne: "Elegir la conexión {0}", id: "Conexión", follow: "Seguir la conexión {0}", endpoint: "Ruta", user: "Usuario", remote: "Dirección",
  age: "Edad", idle: "Inactiva", received: "Recibido", sent: "Enviado", queued: "En cola", dropped: "descartados: {0}", roundTrip: "Ida y vuelta", frames: "Últimas tramas", closingNow: "cerrándose",
  following: "Tramas de la conexión {0}", missed: "Sin mostrar, por llegar demasiado deprisa: {0}", payloadsHidden: "El contenido no se muestra (WebSocketInspectorOptions.PayloadBytes).",
  time: "Tiempo", direction: "Sentido", what: "Qué", words: "En palabras", payload: "Contenido", in: "entra", out: "sale", stream: "flujo", rule: "regla rota",
  gone: "La conexión {0} ya no está abierta.", live: "En vivo", connecting: "Conectando", polling: "Canal en vivo cerrado ({0}): se pregunta cada 2 s", hidden: "En pausa mientras la página está oculta",
  failed: "El servidor no responde: {0}", messages: "{0} ({1})", closesMissed: "Terminaron demasiado deprisa para guardarlas: {0}", clean: "limpio", unclean: "no limpio",
  sessions: "Sesiones que sobreviven a una conexión perdida", sessionCount: "Sesiones: {0} \u00b7 sin conexión: {1} \u00b7 encontradas: {2}", session: "Sesión", selectSession: "Elegir la sesión {0}",
  state: "Estado", onConnection: "en la conexión {0}", awayFor: "ausente desde hace {0}, se guarda {1} más", endedAway: "terminada, falta decírselo a su cliente", carriers: "Conexiones hasta ahora",
  restart: "Responde otro proceso del servidor. Lo que se mostraba del anterior ya no está, y los números son de otras conexiones.",
};

export const languages = { en, es };

let current = "en";

export const language = () => current;

export function chooseLanguage(name) {
  current = Object.hasOwn(languages, name) ? name : "en";
}

/** The first language of the page's address, of an earlier choice or of the browser that there is. */
export function preferredLanguage() {
  const asked = [new URLSearchParams(location.search).get("lang"), stored(), ...navigator.languages];
  return asked.map(name => name?.slice(0, 2).toLowerCase()).find(name => name && Object.hasOwn(languages, name)) ?? "en";
}

export function rememberLanguage(name) {
  try {
    localStorage.setItem("cierre.language", name);
  } catch {
    // Without storage it is chosen again next time.
  }
}

function stored() {
  try {
    return localStorage.getItem("cierre.language");
  } catch {
    return null;
  }
}

export function say(key, ...values) {
  return languages[current][key].replace(/\{(\d)\}/g, (_, index) => values[Number(index)]);
}

export const number = value => new Intl.NumberFormat(current).format(value);

export function bytes(value) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return new Intl.NumberFormat(current, { style: "unit", unit: units[unit], unitDisplay: "narrow", maximumFractionDigits: unit && value < 10 ? 1 : 0 }).format(value);
}

export function seconds(value) {
  if (value < 60) return `${Math.floor(value)} s`;
  if (value < 3600) return `${Math.floor(value / 60)} min ${Math.floor(value % 60)} s`;
  return value < 86400 ? `${Math.floor(value / 3600)} h ${Math.floor(value % 3600 / 60)} min` : `${Math.floor(value / 86400)} d ${Math.floor(value % 86400 / 3600)} h`;
}
