// A script of a framework's client, obeyed line by line in Node: {"id", "call", "args"} in, {"id", "value" or "error"} out. Ends with its stdin.
import { createInterface } from 'node:readline';

export const obey = client => {
    const emit = answer => process.stdout.write(JSON.stringify(answer) + '\n');
    createInterface({ input: process.stdin })
        .on('line', async line => {
            const { id, call, args } = JSON.parse(line);
            try {
                emit({ id, value: await client[call](...args) ?? null });
            } catch (error) {
                emit({ id, error: String(error) });
            }
        })
        .on('close', () => process.exit());
};
