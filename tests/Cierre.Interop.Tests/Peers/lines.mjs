// How a Node peer is commanded: JSON lines on stdin, answers and events on stdout. Ends with its stdin.
import { createInterface } from 'node:readline';
import { obey } from './obey.mjs';

export const emit = event => process.stdout.write(JSON.stringify(event) + '\n');

export const listen = commands => createInterface({ input: process.stdin })
    .on('line', line => obey(commands, line, emit))
    .on('close', () => process.exit());
