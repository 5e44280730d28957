// A client of the sample's hub on @microsoft/signalr, the same in Node and in a browser.
export class Chat {
    #told = [];
    #waiting = [];

    constructor(signalR, msgpack) {
        this.signalR = signalR;
        this.msgpack = msgpack;
    }

    async start(url, protocol, stateful) {
        const builder = new this.signalR.HubConnectionBuilder()
            .withUrl(url, { transport: this.signalR.HttpTransportType.WebSockets })
            .withAutomaticReconnect({ nextRetryDelayInMilliseconds: retry => retry.elapsedMilliseconds > 15000 ? null : retry.previousRetryCount ? 20 : 0 })
            .configureLogging(this.signalR.LogLevel.None);
        if (protocol === 'MessagePack') builder.withHubProtocol(new this.msgpack.MessagePackHubProtocol());
        if (stateful) builder.withStatefulReconnect();
        this.hub = builder.build();
        this.hub.onreconnecting(error => this.#tell(`reconnecting: ${error?.message ?? 'no error'}`));
        this.hub.onreconnected(() => this.#tell('reconnected'));
        this.hub.onclose(error => this.#tell(`closed: ${error?.message ?? 'no error'}`));
        this.hub.on('Entered', room => this.#tell(`entered ${room}`));
        this.hub.on('Said', text => this.#tell(`said ${text}`));
        await this.hub.start();
    }

    invoke(method, ...args) { return this.hub.invoke(method, ...args); }

    async count(to) {
        return await new Promise((resolve, reject) => {
            const all = [];
            this.hub.stream('Count', to).subscribe({ next: number => all.push(number), complete: () => resolve(all), error: reject });
        });
    }

    async sum(to) {
        const subject = new this.signalR.Subject();
        const sum = this.hub.invoke('Sum', subject);
        for (let i = 1; i <= to; i++) subject.next(i);
        subject.complete();
        return await sum;
    }

    async mebibyte() {
        const text = 'ñ'.repeat(512 * 1024);
        return await this.hub.invoke('Echo', text) === text;
    }

    // Calls under way at the same time: what each of them came to.
    async work(caller, from, count) {
        const calls = [];
        for (let i = from; i < from + count; i++) calls.push(this.hub.invoke('Do', caller, i));
        return await Promise.all(calls);
    }

    next() {
        return this.#told.length ? this.#told.shift() : new Promise(resolve => this.#waiting.push(resolve));
    }

    isQuiet() { return this.#told.length === 0; }

    connectionId() { return this.hub.connectionId; }

    stop() { return this.hub.stop(); }

    #tell(what) {
        if (this.#waiting.length) this.#waiting.shift()(what);
        else this.#told.push(what);
    }
}
