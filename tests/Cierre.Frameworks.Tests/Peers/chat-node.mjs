import { createRequire } from 'node:module';
import { Chat } from './chat.mjs';
import { obey } from './obey.mjs';

const require = createRequire(import.meta.url);
obey(new Chat(require('@microsoft/signalr'), require('@microsoft/signalr-protocol-msgpack')));
