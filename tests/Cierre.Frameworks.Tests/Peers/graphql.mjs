// A client of the GraphQL sample on npm's graphql-ws.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { obey } from './obey.mjs';

let client;
const ends = [];
let told = [];

const collect = query => new Promise((resolve, reject) => {
    const all = [];
    client.subscribe({ query }, { next: value => all.push(value.data), error: reject, complete: () => resolve(all) });
});

obey({
    start(url, token, retries) {
        // Of this client: one before may still have something to say.
        const mine = told = [];
        client = createClient({
            url,
            webSocketImpl: WebSocket,
            lazy: false,
            connectionParams: { token },
            retryAttempts: retries,
            retryWait: () => new Promise(resolve => setTimeout(resolve, 20)),
            onNonLazyError: () => mine.push('gave up'),
            on: {
                connected: () => mine.push('connected'),
                closed: event => {
                    const end = `${event.code} ${event.reason}`.trim();
                    if (ends.length) ends.shift()(end); else mine.push(`closed ${end}`);
                },
            },
        });
    },
    query: length => collect(`{ hello } #${'x'.repeat(length)}`),
    subscribe: () => collect('subscription { count }'),
    dispose: () => client.dispose(),
    // What happened so far, once something has.
    async told(number) {
        while (told.length < number) await new Promise(resolve => setTimeout(resolve, 5));
        return told;
    },
    ending: () => new Promise(resolve => {
        const at = told.findIndex(what => what.startsWith('closed '));
        if (at >= 0) resolve(told.splice(at, 1)[0].slice('closed '.length)); else ends.push(resolve);
    }),
});
