using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using Cierre.AspNetCore;
using Cierre.Tool.Arguments;
using Cierre.Tool.Hosting;
using Cierre.Tool.Output;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Cierre.Tool.Serve;

/// <summary><c>cierre serve</c>: an echo server that reports every close.</summary>
internal static class ServeCommand
{
    public static Command Create(LanguageOption language)
    {
        var standard = new WebSocketConnectionOptions();
        var listen = new ListenArguments();
        Option<long?> maxMessage =
            WholeNumber.Option("--max-message", "BYTES", "The largest message taken; larger ones close with 1009. Default 1048576.", least: 1);
        Option<string?> accept = Choice.Option("--accept", "The kind of messages taken; the other closes with 1003.", "any", "text", "binary");
        var limits = new LimitOptions();
        Option<TimeSpan?> idleTimeout =
            Seconds.Option("--idle-timeout", "How long no message may pass before a close with 3008; 0 for any time.", TimeSpan.Zero, mayBeZero: true);
        Option<long?> maxConnections =
            WholeNumber.Option("--max-connections", "N", "The most connections at a time. Default: no limit.", least: 1, most: int.MaxValue);
        Option<string?> atCapacity = Choice.Option("--at-capacity", "What further ones get: 503, or a close with 1013.", "refuse", "close");
        Option<long?> rate = WholeNumber.Option("--rate", "N", "The most messages per second from each connection; more close it with 1008. Default: no limit.",
            least: 1, most: int.MaxValue);
        Option<string?> drainCode =
            Choice.Option("--drain-code", "What connections are closed with when the server ends: going away, or a restart.", "1001", "1012");
        Option<TimeSpan?> drainSpread =
            Seconds.Option("--drain-spread", "The window over which those closes are spread; 0 for all at once.", TimeSpan.Zero, mayBeZero: true);
        Option<string?> compression =
            Choice.Option("--compression", "Whether messages are compressed (permessage-deflate) where the client offers it.", "off", "on");
        Option<string?> transport = Choice.Option("--transport", "What connections without TLS run on: sockets, or event loops (Linux).", "sockets", "loops");
        var sessions = new SessionOptions();
        Option<long?> topicLog = WholeNumber.Option("--topic-log", "N", "How many messages of each room are kept, for clients that come back and for those " +
            $"that read slowly. Default {new WebSocketTopicOptions().MaxMessages}.", least: 1, most: int.MaxValue);
        var http2Only = new Option<bool>("--h2c") { Description = "Cleartext HTTP/2 by prior knowledge, and nothing else." };
        var json = new Option<bool>("--json")
        {
            Description = "Print JSON, one object a line: {\"type\":\"listening\",\"url\"}, then one of type close for each connection, " +
                "with --resume also of type session: opened, parked, resumed, lost, ended."
        };

        var command = new Command("serve", "Serves WebSocket connections and reports how each one ends: echo at /; /close?code=N&reason=T closes at once; " +
            "at /throw the first message makes the handler fail; /silent never sends; at /room/NAME all hear what one says. /system and " +
            "/system/close?code=N&reason=T do as / and /close, by a program on System.Net.WebSockets, to which --rate does not apply.")
        {
            listen.Url, maxMessage, limits.MaxFragments, accept, limits.CloseTimeout, limits.PingInterval, limits.PingTimeout, idleTimeout, maxConnections,
                atCapacity, rate, drainCode, drainSpread, compression, transport, sessions.Resume, sessions.Window,
                sessions.Limit, topicLog, sessions.Keys, listen.Cert, listen.Key, http2Only, json, language,
        };
        command.SetAction(async parsed =>
        {
            HostAddress address = listen.AddressOf(parsed);
            void ConfigureAll(WebSocketConnectionOptions options)
            {
                options.MaxMessageSize = parsed.GetValue(maxMessage) ?? standard.MaxMessageSize;
                options.AcceptedKind = parsed.GetValue(accept) switch
                {
                    "text" => WebSocketMessageKind.Text, "binary" => WebSocketMessageKind.Binary, _ => null
                };
                limits.ApplyTo(options, parsed);
                options.IdleTimeout = Seconds.ZeroIsOff(parsed.GetValue(idleTimeout) ?? TimeSpan.Zero);
                options.Compression = parsed.GetValue(compression) == "on" ? new DeflateOptions() : null;
            }

            void Configure(WebSocketEndpointOptions options)
            {
                ConfigureAll(options);
                options.MaxMessagesPerSecond = (int?)parsed.GetValue(rate);
            }

            bool cleartextHttp2 = parsed.GetValue(http2Only);
            if (cleartextHttp2 && address.IsHttps) throw new UsageException("--h2c is cleartext: it needs a --url with http.");
            using X509Certificate2? certificate = listen.CertificateOf(parsed);
            Action<WebSocketResumeOptions>? resume = sessions.Of(parsed);
            IDataProtectionProvider? keys = resume is null ? null : sessions.KeysOf(parsed);
            var report = new ServeReport(parsed.GetValue(json), language.Of(parsed));
            void Services(IServiceCollection services)
            {
                DrainOf(services, parsed.GetValue(drainCode), parsed.GetValue(drainSpread) ?? TimeSpan.Zero);
                if (keys is not null) services.AddSingleton(keys);
                services.Configure<WebSocketTopicOptions>(topics => topics.MaxMessages = (int?)parsed.GetValue(topicLog) ?? topics.MaxMessages);
                services.Configure<WebSocketLimitOptions>(most =>
                {
                    most.MaxConnections = (int?)parsed.GetValue(maxConnections);
                    most.CapacityResponse = parsed.GetValue(atCapacity) == "close" ? RefusalMode.Close : RefusalMode.Status;
                });
                services.Configure<CierreWebSocketOptions>(options =>
                {
                    ConfigureAll(options);
                    options.OnClosed = (_, record) => report.Closed(record);
                });
            }

            await using WebApplication app = ToolHost.Build(address, certificate, cleartextHttp2, Services, parsed.GetValue(transport) == "loops");
            return await RunAsync(app, Configure, resume, report);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        WebApplication app, Action<WebSocketEndpointOptions> configure, Action<WebSocketResumeOptions>? resume, ServeReport report)
    {
        ServeRoutes.Map(app, configure, resume, report);
        await app.StartAsync();
        report.Listening(ToolHost.UrlOf(app));
        // SIGTERM and Ctrl-C end the wait; stopping closes what is open.
        await app.WaitForShutdownAsync();
        await report.FinishAsync();
        return ExitCodes.Ok;
    }

    private static void DrainOf(IServiceCollection services, string? code, TimeSpan spread)
    {
        services.Configure<WebSocketDrainOptions>(drain =>
            (drain.Code, drain.Spread) = (code == "1012" ? CloseCodes.ServiceRestart : CloseCodes.GoingAway, spread));
        // What the host gives itself by default is for what follows the spread.
        services.Configure<HostOptions>(host => host.ShutdownTimeout += spread);
    }
}
