// npm's `undici` as a client.
import * as host from 'undici';
import { emit, listen } from './lines.mjs';
import { whatwg } from './whatwg.mjs';

listen(whatwg({
    host,
    emit,
    toBase64: bytes => Buffer.from(bytes).toString('base64'),
    fromBase64: text => Buffer.from(text, 'base64'),
}));
emit({ event: 'ready' });
