// The README's program prints what the README shows.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, test } from "node:test";
import { FakeSocket, resumed, session, startClock, stopClock, tick } from "./fake.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const block = kind => new RegExp(`\`\`\`${kind}\n([^]*?)\`\`\``).exec(readme)[1];

beforeEach(startClock);
afterEach(stopClock);

test("the program prints what is shown", async t => {
    globalThis.WebSocket = FakeSocket;
    globalThis.location = { href: "https://host/page" };
    t.after(() => {
        delete globalThis.WebSocket;
        delete globalThis.location;
    });
    const printed = [];
    t.mock.method(console, "log", line => printed.push(line));
    const code = block("js").replace("/cierre/cierre-resume.js", new URL("../dist/cierre-resume.js", import.meta.url));
    await import(`data:text/javascript,${encodeURIComponent(code)}`);

    FakeSocket.last.open();
    FakeSocket.last.say(session());
    assert.equal(FakeSocket.last.written[1], "=hello");
    FakeSocket.last.say("=hello");
    FakeSocket.last.end();
    tick(0);
    FakeSocket.last.open();
    FakeSocket.last.say(resumed(1, 1));
    FakeSocket.last.say("=news");
    FakeSocket.last.end(4001, "signed out");
    assert.equal(`${printed.join("\n")}\n`, block("text"));
});
