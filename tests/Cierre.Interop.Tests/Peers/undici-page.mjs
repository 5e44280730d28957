// npm's `undici` in the place of the browser's API, to run functions in.
import { CloseEvent, ErrorEvent, MessageEvent, WebSocket } from 'undici';
import { emit, listen } from './lines.mjs';

Object.assign(globalThis, { CloseEvent, ErrorEvent, MessageEvent, WebSocket });
listen({ run: async command => ({ value: await (0, eval)(`(${command.script})`)(command.argument) }) });
emit({ event: 'ready' });
