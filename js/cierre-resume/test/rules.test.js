// Every rule of the client that vectors/resume.json does not have: what WebSocket's own members do, times, and what an application does meanwhile.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { begin, comeBack, connect, FakeSocket, resumed, session, startClock, stopClock, tick } from "./fake.js";

const wire = () => FakeSocket.last;
const opened = () => FakeSocket.all.length;
const throwsAs = (name, act) => assert.throws(act, error => error instanceof DOMException && error.name === name);

beforeEach(startClock);
afterEach(stopClock);

describe("opening", () => {
    test("offers resume with each inner subprotocol, alone, and the inner ones", () => {
        connect({}, ["chat.v2", "chat.v1"]);
        assert.deepEqual(wire().protocols, ["cierre.resume.v1+chat.v2", "cierre.resume.v1+chat.v1", "cierre.resume.v1", "chat.v2", "chat.v1"]);
        connect({}, "chat.v2");
        assert.deepEqual(wire().protocols, ["cierre.resume.v1+chat.v2", "cierre.resume.v1", "chat.v2"]);
    });

    test("shows the inner subprotocol", () => {
        const { socket } = connect({}, "chat.v2");
        wire().open("cierre.resume.v1+chat.v2");
        assert.equal(socket.protocol, "chat.v2");
    });

    test("is CONNECTING until the session begins, and has its name then", () => {
        const { socket, heard } = connect();
        wire().open();
        assert.deepEqual([socket.readyState, socket.session, heard], [0, "", []]);
        throwsAs("InvalidStateError", () => socket.send("early"));
        wire().say(session());
        assert.deepEqual([socket.readyState, socket.session, heard], [1, "5f3c", ["open"]]);
    });

    test("takes http and https for ws and wss", () => {
        for (const [given, url] of [["http://host/a?b", "ws://host/a?b"], ["https://host/", "wss://host/"], ["WS://Host", "ws://host/"]]) {
            assert.equal(connect({}, [], given).socket.url, url);
            assert.equal(wire().url, url);
        }
    });

    test("refuses what is no URL of a WebSocket", () => {
        for (const url of ["", "/relative", "ftp://host/", "ws://host/#fragment", "ws://"]) throwsAs("SyntaxError", () => connect({}, [], url));
    });

    test("takes a URL relative to its page, where there is one", t => {
        globalThis.document = { baseURI: "https://page.example/app/" };
        t.after(() => delete globalThis.document);
        assert.equal(connect({}, [], "../r").socket.url, "wss://page.example/r");
    });

    test("that fails is told as WebSocket tells it", () => {
        const { socket, heard } = connect();
        wire().end();
        assert.deepEqual([socket.readyState, heard], [3, ["error", "close 1006 - false"]]);
        tick(300_000);
        assert.equal(wire().readyState, 3);
    });

    test("that fails is told in Node 22 too, whose WebSocket tells no close of that", () => {
        const { heard } = connect();
        wire().onerror(new Event("error"));
        assert.deepEqual([heard, wire().closes.length], [["error", "close 1006 - false"], 1]);
        const back = begin();
        wire().end();
        tick(0);
        wire().onerror(new Event("error"));
        assert.deepEqual(back.heard.map(line => line.split(" ")[0]), ["reconnecting", "reconnecting"]);
    });

    test("that is not answered is given up", () => {
        const { heard } = connect();
        wire().open();
        tick(10_000);
        assert.deepEqual([heard, wire().closes.length], [["error", "close 1006 - false"], 1]);
    });

    test("has the constants of WebSocket", () => {
        const { socket } = connect();
        for (const [value, name] of ["CONNECTING", "OPEN", "CLOSING", "CLOSED"].entries()) assert.deepEqual([socket[name], socket.constructor[name]], [value, value]);
    });
});

describe("a server without resume", () => {
    function plain() {
        const client = connect({}, "chat.v2");
        wire().open("chat.v2");
        return client;
    }

    test("is a plain WebSocket's", () => {
        const { socket, heard } = plain();
        assert.deepEqual([socket.protocol, socket.session, wire().written], ["chat.v2", "", []]);
        wire().say("=?!+#");
        wire().say([61, 1]);
        socket.send("hi");
        assert.deepEqual([heard, wire().written], [["open", "=?!+#", "hex:3d01"], ["hi"]]);
        wire().bufferedAmount = 7;
        assert.equal(socket.bufferedAmount, 7);
        tick(60_000);
        assert.deepEqual(wire().written, ["hi"]);
    });

    test("that is lost is told by error and close, and nobody comes back", () => {
        const { socket, heard, take } = plain();
        take();
        wire().end();
        tick(300_000);
        assert.deepEqual([heard, socket.readyState], [["error", "close 1006 - false"], 3]);
    });

    test("that closes is told without error", () => {
        const { heard, take } = plain();
        take();
        wire().end(1001, "leaving");
        assert.deepEqual(heard, ["close 1001 leaving true"]);
    });

    test("is closed as any", () => {
        const { socket, take } = plain();
        socket.close(4000, "bye");
        assert.deepEqual([wire().closes, socket.readyState], [[[4000, "bye"]], 2]);
        wire().end(4000, "bye");
        assert.equal(take().at(-1), "close 4000 bye true");
        socket.send("late");
    });

    test("in the place of one that had the session has lost it", () => {
        const { heard } = begin({}, undefined, "chat.v2");
        wire().end();
        tick(0);
        wire().open("chat.v2");
        assert.deepEqual(heard.slice(1), ['lost {"reason":"unknown"}', "close 1006 - false"]);
    });
});

describe("sending", () => {
    test("takes what WebSocket takes", () => {
        const { socket } = begin();
        socket.send("text");
        socket.send(Uint8Array.of(1, 2).buffer);
        socket.send(Uint8Array.of(0, 1, 2, 3).subarray(1, 3));
        socket.send(new DataView(Uint8Array.of(9).buffer));
        socket.send(42);
        socket.send("");
        assert.deepEqual(wire().written, ["=text", "hex:3d0102", "hex:3d0102", "hex:3d09", "=42", "="]);
        assert.equal(socket.bufferedAmount, 4 + 2 + 2 + 1 + 2);
    });

    test("of a Blob keeps its place", async () => {
        const { socket } = begin();
        socket.send("1");
        socket.send(new Blob(["23"]));
        socket.send("4");
        assert.equal(await wire().written[1].text(), "=23");
        assert.deepEqual([wire().written[0], wire().written[2], socket.bufferedAmount], ["=1", "=4", 4]);
        const next = comeBack();
        next.written.shift();
        next.say(resumed(1));
        assert.deepEqual([await next.written[0].text(), next.written[1]], ["=23", "=4"]);
    });

    test("takes bytes as they are now", () => {
        const { socket } = begin();
        const bytes = Uint8Array.of(1);
        socket.send(bytes);
        bytes[0] = 2;
        comeBack().say(resumed(0));
        assert.equal(wire().written[1], "hex:3d01");
    });

    test("while away waits, and is counted as buffered until it is acknowledged", () => {
        const { socket } = begin();
        wire().end();
        assert.equal(socket.readyState, 1);
        socket.send("€");
        assert.equal(socket.bufferedAmount, 3);
        tick(0);
        wire().open();
        wire().say(resumed(0));
        assert.equal(socket.bufferedAmount, 3);
        wire().say("+1");
        assert.equal(socket.bufferedAmount, 0);
    });

    test("after the close is dropped, and counted", () => {
        const { socket } = begin();
        socket.close();
        socket.send("12");
        wire().end(1005, "", true);
        socket.send("3");
        assert.deepEqual([wire().written, socket.bufferedAmount], [[], 3]);
    });
});

describe("receiving", () => {
    test("gives what binaryType says", async () => {
        const { socket } = begin();
        const data = [];
        socket.onmessage = event => data.push(event.data, event.origin);
        socket.binaryType = "blob";
        wire().say([61, 65]);
        socket.binaryType = "arraybuffer";
        wire().say([61, 66]);
        wire().say("=C");
        assert.equal(await data[0].text(), "A");
        assert.deepEqual([[...new Uint8Array(data[2])], data[4], data[1]], [[66], "C", "ws://host"]);
    });

    test("begins with Blobs", () => {
        assert.equal(new (connect().socket.constructor)("ws://host/", [], { WebSocket: FakeSocket }).binaryType, "blob");
    });

    test("calls the handler and the listeners", () => {
        const { socket } = begin();
        const order = [];
        socket.onmessage = function (event) {
            order.push(this === socket, event.type);
        };
        socket.addEventListener("message", () => order.push("listener"));
        wire().say("=");
        socket.onmessage = null;
        wire().say("=");
        assert.deepEqual(order, [true, "message", "listener", "listener"]);
    });

    test("is acknowledged after 32 messages", () => {
        begin();
        for (let i = 0; i < 31; i++) wire().say("=");
        assert.deepEqual(wire().written, []);
        wire().say("=");
        assert.deepEqual(wire().written, ["+32"]);
    });

    test("is acknowledged after 32 more", () => {
        begin();
        for (let i = 0; i < 70; i++) wire().say("=");
        assert.deepEqual(wire().written, ["+32", "+64"]);
    });

    test("is acknowledged after 16 KiB", () => {
        begin();
        wire().say(`=${"x".repeat(16_383)}`);
        assert.deepEqual(wire().written, []);
        wire().say("=x");
        wire().say("=x");
        assert.deepEqual(wire().written, ["+2"]);
    });

    test("is not acknowledged where there is no connection", () => {
        begin();
        wire().say("=");
        wire().end(1012);
        tick(1_000);
        tick(4_000);
        wire().open();
        wire().say(resumed(0));
        tick(200);
        assert.equal(wire().written[1], "+1");
    });

    test("is acknowledged after 200 ms, once", () => {
        begin();
        wire().say("=");
        tick(199);
        assert.deepEqual(wire().written, []);
        tick(1);
        tick(1_000);
        assert.deepEqual(wire().written, ["+1"]);
    });

    test("counts what a listener throws at", async () => {
        const { socket } = begin();
        const thrown = [];
        // The event target of Node lets the process know, behind its tasks.
        const others = process.listeners("uncaughtException");
        process.removeAllListeners("uncaughtException");
        process.on("uncaughtException", error => thrown.push(error.message));
        socket.onmessage = () => {
            throw new Error("handler");
        };
        socket.addEventListener("message", () => {
            throw new Error("listener");
        });
        wire().say("=1");
        wire().say("?");
        await new Promise(setImmediate);
        process.removeAllListeners("uncaughtException");
        for (const other of others) process.on("uncaughtException", other);
        assert.deepEqual([wire().written, wire().closes, thrown], [["+1"], [], ["handler", "listener"]]);
    });

    test("goes on under a listener that sends", () => {
        const { socket } = begin();
        socket.onmessage = ({ data }) => socket.send(data);
        wire().say("=1");
        wire().say("=2");
        wire().say("?");
        assert.deepEqual(wire().written, ["=1", "=2", "+2"]);
    });

    test("ends under a listener that closes", () => {
        const { socket, heard } = begin();
        socket.addEventListener("message", () => socket.close(4000, "enough"));
        wire().say("=1");
        wire().say("=2");
        assert.deepEqual([heard, wire().closes], [["1"], [[4000, "enough"]]]);
        wire().end(4000, "enough");
        assert.deepEqual(heard, ["1", "close 4000 enough true"]);
    });

    test("says nothing any more over a connection that was given up", () => {
        const { heard } = begin();
        const old = wire();
        tick(20_000);
        tick(10_000);
        tick(0);
        assert.notEqual(wire(), old);
        heard.length = 0;
        old.say("=late");
        old.end();
        assert.deepEqual(heard, []);
    });
});

describe("closing", () => {
    test("takes 1000 and 3000 to 4999, and 123 bytes of a reason", () => {
        const { socket } = begin();
        for (const code of [0, 999, 1001, 1005, 2999, 5000]) throwsAs("InvalidAccessError", () => socket.close(code));
        throwsAs("SyntaxError", () => socket.close(1000, "€".repeat(42)));
        assert.deepEqual([socket.readyState, wire().closes], [1, []]);
        socket.close(4999, "€".repeat(41));
        assert.equal(socket.readyState, 2);
        throwsAs("InvalidAccessError", () => socket.close(1));
    });

    test("without a code sends none", () => {
        const { socket, heard } = begin();
        socket.close();
        socket.close(4000);
        wire().end(1005, "", true);
        assert.deepEqual([wire().closes, heard, socket.readyState], [[[undefined, undefined]], ["close 1005 - true"], 3]);
    });

    test("before the connection is open fails it", () => {
        const { socket, heard } = connect();
        socket.close(4000);
        assert.ok(wire().isFailed);
        wire().end();
        assert.deepEqual([heard, socket.readyState], [["error", "close 1006 - false"], 3]);
    });

    test("before the answer to hello closes", () => {
        const { socket, heard } = connect();
        wire().open();
        socket.close(4000, "bye");
        wire().say(session());
        wire().end(4000, "bye");
        assert.deepEqual(heard, ["close 4000 bye true"]);
    });

    test("while away is the end, as the last connection ended", () => {
        const { socket, heard } = begin();
        wire().end(1001, "restart");
        const count = opened();
        socket.close(4000);
        tick(300_000);
        assert.deepEqual([heard.slice(1), opened(), socket.readyState], [["close 1001 restart true"], count, 3]);
    });

    test("while coming back waits for the answer, and for what was sent before it", () => {
        const { socket, heard } = begin();
        wire().end();
        socket.send("1");
        tick(0);
        socket.close(4000, "bye");
        wire().open();
        assert.deepEqual(wire().closes, []);
        wire().say(resumed(0));
        assert.deepEqual([wire().written.slice(1), wire().closes], [["=1"], [[4000, "bye"]]]);
        wire().end(4000, "bye");
        assert.equal(heard.at(-1), "close 4000 bye true");
    });

    test("goes behind what waits for room", () => {
        const { socket } = begin({}, { messages: 1, bytes: 100 });
        socket.send("1");
        socket.send("2");
        socket.close(4000);
        assert.deepEqual([wire().written, wire().closes, socket.readyState], [["=1"], [], 2]);
        wire().say("+1");
        assert.deepEqual([wire().written, wire().closes], [["=1", "=2"], [[4000, undefined]]]);
    });

    test("that waits for room sees no messages any more, but counts", () => {
        const { socket, heard } = begin({}, { messages: 1, bytes: 100 });
        socket.send("1");
        socket.send("2");
        socket.close(4000);
        wire().say("=late");
        assert.deepEqual([heard, wire().written], [[], ["=1", "+1"]]);
        wire().end();
        assert.deepEqual(heard, ["close 1006 - false"]);
    });

    test("that is lost with its connection is the end", () => {
        const { socket, heard } = begin();
        socket.close(4000);
        wire().end();
        tick(300_000);
        assert.deepEqual(heard, ["close 1006 - false"]);
    });

    test("of a listener of reconnecting stops coming back", () => {
        const { socket, heard } = begin();
        socket.addEventListener("reconnecting", () => socket.close());
        wire().end();
        const count = opened();
        tick(300_000);
        assert.deepEqual([opened(), heard.at(-1)], [count, "close 1006 - false"]);
    });

    test("in a listener of lost changes nothing, and close comes once", () => {
        const { socket, heard } = begin();
        socket.addEventListener("lost", () => {
            assert.equal(socket.readyState, 2);
            socket.close(4000);
            socket.send("late");
        });
        comeBack().say('!{"lost":{"reason":"node-lost"}}');
        assert.deepEqual([heard.slice(1), wire().closes], [['lost {"reason":"node-lost"}', "close 1006 - false"], [[1000, undefined]]]);
    });

    test("that the server announced and never does is the end all the same", () => {
        const { heard } = begin();
        comeBack().say('!{"ended":{"code":4001,"reason":"signed out"}}');
        tick(10_000);
        assert.equal(heard.at(-1), "close 4001 signed out false");
    });
});

describe("coming back", () => {
    test("after a connection that held 5 s is tried within 250 ms", t => {
        const { heard } = begin();
        t.mock.method(Math, "random", () => 1);
        tick(5_000);
        wire().end();
        assert.deepEqual(heard, ['reconnecting {"code":1006,"attempt":1,"delayMs":250}']);
    });

    test("is tried after 0-5 s, and then ever later", t => {
        const { heard } = begin({}, undefined);
        t.mock.method(Math, "random", () => 1);
        for (const [attempt, delayMs] of [[1, 5_000], [2, 10_000], [3, 20_000], [4, 40_000]]) {
            wire().end();
            assert.equal(heard.at(-1), `reconnecting {"code":1006,"attempt":${attempt},"delayMs":${delayMs}}`);
            tick(delayMs);
        }
    });

    test("counts its attempts anew behind a connection that held 5 s, and not before", () => {
        const { heard } = begin();
        for (const [heldMs, attempt, delayMs] of [[0, 1, 0], [4_999, 2, 5_000], [5_000, 1, 0], [6_000, 1, 0]]) {
            tick(heldMs);
            wire().end();
            assert.equal(heard.at(-1), `reconnecting {"code":1006,"attempt":${attempt},"delayMs":${delayMs}}`);
            tick(delayMs);
            wire().open();
            wire().say(resumed(0));
        }
    });

    test("follows once what the server says of when, at whichever attempt", () => {
        const { heard } = begin();
        for (const [says, delayMs] of [[false, 0], [true, 700], [false, 10_000]]) {
            if (says) wire().say('!{"retry":{"afterMs":[700,900]}}');
            wire().end(1001);
            assert.equal(JSON.parse(heard.at(-1).slice(13)).delayMs, delayMs);
            tick(delayMs);
            wire().open();
            wire().say(resumed(0));
        }
    });

    test("follows the advice of 1012 and 1013", () => {
        for (const [code, delayMs] of [[1012, 5_000], [1013, 60_000], [1011, 0]]) {
            const { heard } = begin();
            wire().end(code);
            assert.deepEqual(heard, [`reconnecting {"code":${code},"attempt":1,"delayMs":${delayMs}}`]);
        }
    });

    test("is tried no later than the window", () => {
        const { heard } = connect();
        wire().open();
        wire().say(session(undefined, 30_000));
        wire().end(1013);
        assert.equal(heard.at(-1), 'reconnecting {"code":1013,"attempt":1,"delayMs":30000}');
        const count = opened();
        tick(30_000);
        assert.deepEqual([opened(), heard.slice(-2)], [count, ['lost {"reason":"expired"}', "close 1013 - true"]]);
    });

    test("lets an attempt end that was begun within the window", () => {
        const { heard } = connect();
        wire().open();
        wire().say(session(undefined, 5_000));
        wire().end();
        tick(0);
        wire().open();
        tick(6_000);
        wire().say(resumed(0));
        assert.match(heard.at(-1), /^resumed {"pauseMs":6000,/);
    });

    test("loses the session where such an attempt fails behind it", () => {
        const { heard } = connect();
        wire().open();
        wire().say(session(undefined, 5_000));
        wire().end();
        tick(0);
        tick(6_000);
        wire().end();
        assert.deepEqual(heard.slice(-2), ['lost {"reason":"expired"}', "close 1006 - false"]);
    });

    test("gives up an attempt that is not answered, and tries again", () => {
        begin();
        wire().end();
        tick(0);
        const count = opened();
        tick(10_000);
        assert.equal(wire().closes.length, 1);
        tick(5_000);
        assert.equal(opened(), count + 1);
    });

    test("ends with a code after which it does not", () => {
        const { heard } = begin();
        comeBack().end(3000, "credentials expired");
        assert.deepEqual(heard.slice(1), ["close 3000 credentials expired true"]);
    });

    test("tells no error", () => {
        const { heard } = begin();
        wire().end();
        tick(0);
        wire().end();
        assert.ok(!heard.includes("error"));
    });

    test("says what was said on the last connection that had the session, not of attempts", () => {
        begin();
        tick(7_000);
        wire().end(1012);
        tick(0);
        wire().end(1006);
        tick(60_000);
        wire().open();
        assert.match(wire().written[0], /"last":{"code":1012,"cause":"","openMs":7000}}$/);
    });
});

describe("topics", () => {
    test("may have any name", () => {
        const { heard } = begin();
        for (const name of ["__proto__", "constructor", ""]) wire().say(`!${JSON.stringify({ topic: { id: name.length, name, at: "9f2c.1.00aa" } })}`);
        wire().say("#9.2.00bb hi");
        wire().say("#0.3.00cc ");
        assert.deepEqual(heard, ["__proto__: hi", ": "]);
        comeBack();
        assert.deepEqual(Object.entries(JSON.parse(wire().written[0].slice(1)).topics),
            [["__proto__", "9f2c.2.00bb"], ["constructor", "9f2c.1.00aa"], ["", "9f2c.3.00cc"]]);
    });

    test("have new numbers on each connection", () => {
        begin();
        wire().say('!{"topic":{"id":7,"name":"room","at":"9f2c.1.00aa"}}');
        comeBack().say(resumed(0));
        wire().say("#7.2.00bb hi");
        assert.equal(wire().closes[0][0], 4002);
    });

    for (const [what, message] of [["of an unknown number", "#1.2.00bb hi"], ["without a head", "#7 hi"], ["without a tag", "#7.2 hi"], ["cut in its head", [35, 7, 0x82]], ["cut in its tag", [35, 7, 2, 0]]])
        test(`are refused ${what}`, () => {
            const { heard } = begin();
            wire().say('!{"topic":{"id":7,"name":"room","at":"9f2c.1.00aa"}}');
            wire().say(message);
            wire().say("=late");
            assert.deepEqual([wire().closes[0][0], heard], [4002, []]);
        });
});

describe("liveness", () => {
    test("asks after 20 s of silence", () => {
        begin();
        tick(19_999);
        assert.deepEqual(wire().written, []);
        wire().say("+0");
        tick(19_999);
        assert.deepEqual(wire().written, []);
        tick(1);
        assert.deepEqual(wire().written, ["?"]);
        wire().say("+0");
        tick(20_000);
        assert.deepEqual(wire().written, ["?", "?"]);
    });

    test("gives the connection up that does not answer in 10 s", () => {
        const { heard } = begin();
        const first = wire();
        tick(20_000);
        tick(9_999);
        assert.deepEqual(heard, []);
        tick(1);
        assert.deepEqual([heard, first.closes.length], [['reconnecting {"code":1006,"attempt":1,"delayMs":0}'], 1]);
    });

    test("is as the options say", () => {
        begin({ pingInterval: 50, pingTimeout: 20 });
        const first = wire();
        tick(50);
        assert.deepEqual(first.written, ["?"]);
        tick(20);
        assert.equal(first.closes.length, 1);
        begin({ pingInterval: 0 });
        tick(3_600_000);
        assert.deepEqual(wire().written, []);
    });
});

describe("a page that comes back", () => {
    let page;
    beforeEach(() => {
        page = new EventTarget();
        globalThis.addEventListener = page.addEventListener.bind(page);
        globalThis.removeEventListener = page.removeEventListener.bind(page);
        globalThis.document = { hidden: false, baseURI: "http://host/" };
    });
    afterEach(() => {
        delete globalThis.addEventListener;
        delete globalThis.removeEventListener;
        delete globalThis.document;
    });
    const wake = (type, more) => page.dispatchEvent(Object.assign(new Event(type), more));

    for (const [type, more] of [["pageshow", { persisted: true }], ["online", {}], ["visibilitychange", {}]]) {
        test(`does not wait for a timer: ${type}`, () => {
            begin();
            wire().end(1013);
            const count = opened();
            wake(type, more);
            assert.equal(opened(), count + 1);
            tick(10_000);
            tick(5_000);
            assert.equal(opened(), count + 2, "the attempt is given up, and another one made");
        });

        test(`asks whether its connection is alive: ${type}`, () => {
            begin();
            wake(type, more);
            assert.deepEqual(wire().written, ["?"]);
        });
    }

    test("is at once back where its loss is told behind the event", () => {
        const { heard } = begin();
        wake("pageshow", { persisted: true });
        wire().end(1012);
        assert.equal(heard.at(-1), 'reconnecting {"code":1012,"attempt":1,"delayMs":0}');
        tick(0);
        wire().end(1012);
        assert.notEqual(JSON.parse(heard.at(-1).slice(13)).delayMs, 0);
    });

    test("is heard no more behind the end", () => {
        const heard = [];
        globalThis.removeEventListener = type => heard.push(type);
        const { socket } = begin();
        socket.close();
        wire().end(1005, "", true);
        assert.deepEqual(heard, ["pageshow", "online", "visibilitychange"]);
    });

    test("is none while it is loaded, or goes away", () => {
        begin();
        wake("pageshow", { persisted: false });
        document.hidden = true;
        wake("visibilitychange");
        assert.deepEqual(wire().written, []);
    });

    test("leaves a session alone that has ended, and one that begins", () => {
        const { socket } = begin();
        socket.close();
        wire().end(1005, "", true);
        connect();
        const count = opened();
        wake("online");
        assert.deepEqual([opened(), wire().written], [count, []]);
    });
});
