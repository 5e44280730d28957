// The conversations of vectors/resume.json: the client's part. Cierre's own tests play both.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, test } from "node:test";
import { connect, FakeSocket, startClock, stopClock, text, tick } from "./fake.js";

const vectors = JSON.parse(readFileSync(new URL("../../../vectors/resume.json", import.meta.url)));
const data = message => typeof message === "string" ? message : message.hex === undefined ? message.text : Buffer.from(message.hex, "hex");

beforeEach(startClock);
afterEach(stopClock);

for (const vector of vectors.filter(({ role }) => role !== "server")) test(vector.name, () => play(vector.steps));

function play(steps) {
    const count = FakeSocket.all.length;
    const { socket, heard } = connect({ pingInterval: 0 });
    const details = [];
    for (const type of ["reconnecting", "resumed", "lost", "gap"]) socket.addEventListener(type, ({ detail }) => details.push([type, detail]));
    const wire = () => FakeSocket.last;
    let isFirst = true;

    const verbs = {
        open() {
            if (!isFirst) tick(details.filter(([type]) => type === "reconnecting").at(-1)[1].delayMs);
            isFirst = false;
            assert.equal(wire().readyState, 0, "the next connection is opened");
            wire().open();
        },
        clientSends: what => socket.send(data(what)),
        clientWrites: (what, { forged }) => forged || assert.equal(wire().written.shift(), text(data(what))),
        clientWaits: () => assert.deepEqual(wire().written, []),
        clientSees: what => assert.equal(heard.shift(), (what.topic ? `${what.topic}: ` : "") + text(data(what))),
        clientHears(what) {
            const [[type, told]] = Object.entries(what);
            // Further attempts while it waits.
            while (type !== "reconnecting" && heard[0]?.startsWith("reconnecting")) heard.shift();
            const next = heard.shift();
            if (type === "open") return assert.equal(next, "open");
            if (type === "close") return assert.equal(next, `close ${told.code} ${told.reason || "-"} ${told.wasClean}`);
            const [found, detail] = details.filter(([told]) => told === type).at(-1);
            assert.match(next, new RegExp(`^${found} `));
            for (const [name, value] of Object.entries(told)) assert.equal(detail[name], value, name);
        },
        clientEnds: ({ code, reason }) => socket.close(code, reason),
        clientCloses({ code, reason }) {
            assert.deepEqual(wire().closes, [[code, reason]]);
            wire().end(code, reason);
        },
        serverWrites(what, { dropped, breaks }) {
            if (dropped) return;
            wire().say(data(what));
            if (!breaks) return assert.ok(!wire().closes.some(([code]) => code === 4002), `closed: ${wire().closes}`);
            assert.equal(wire().closes[0][0], 4002, breaks);
            wire().end(...wire().closes[0]);
            assert.match(heard.splice(0).at(-1), /^close 4002 /);
        },
        serverCloses: ({ code, reason }) => wire().end(code, reason, true),
        lost: who => who === "server" || wire().end(),
        wait(ms) {
            for (; ms > 0; ms -= 100) {
                tick(Math.min(ms, 100));
                // What the conversation does not open fails.
                if (!isFirst && wire().readyState === 0) wire().end();
            }
        },
        serverSends() { }, serverSees() { }, serverHears() { }, serverEnds() { }, serverWaits() { },
    };

    for (const [at, step] of steps.entries()) {
        const [verb, what] = Object.entries(step)[0];
        try {
            verbs[verb](what, step);
        } catch (error) {
            throw new Error(`step ${at + 1}, ${JSON.stringify(step)}: ${error.message}`, { cause: error });
        }
    }
    assert.deepEqual(wire().written, []);
    assert.deepEqual(heard, []);
    assert.ok(FakeSocket.all.length > count);
}
