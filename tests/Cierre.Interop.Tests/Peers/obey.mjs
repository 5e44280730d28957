// Carries out one command, a line of JSON, and emits its answer. Shared by Node and the browser.
export async function obey(commands, line, emit) {
    const command = JSON.parse(line);
    try {
        emit({ answer: command.id, ...await commands[command.do](command) });
    } catch (error) {
        emit({ answer: command.id, error: String(error) });
    }
}
