using System.CommandLine;
using System.CommandLine.Parsing;
using System.Security.Cryptography.X509Certificates;
using Cierre.AspNetCore;
using Cierre.Tool.Arguments;
using Cierre.Tool.Hosting;
using Cierre.Tool.Output;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace Cierre.Tool.Serve;

/// <summary><c>cierre serve</c>: an echo server that reports every close.</summary>
internal static class ServeCommand
{
    public static Command Create(LanguageOption language)
    {
        var standard = new WebSocketConnectionOptions();
        var url = new Option<HostAddress>("--url") { Description = "Where to listen: http://127.0.0.1:8080, or https:// with a certificate; * for all addresses; port 0 picks a free one.", HelpName = "URL", Required = true, CustomParser = ParseUrl };
        Option<long?> maxMessage = WholeNumber.Option("--max-message", "BYTES", "The largest message taken; larger ones close with 1009. Default 1048576.", least: 1);
        Option<string?> accept = Choice.Option("--accept", "The kind of messages taken; the other closes with 1003.", "any", "text", "binary");
        Option<TimeSpan?> closeTimeout = Seconds.Option("--close-timeout", "How long a peer may take to answer a close.", standard.CloseTimeout);
        Option<TimeSpan?> pingInterval = Seconds.Option("--ping-interval", "How often to ping; 0 for never.", standard.PingInterval, mayBeZero: true);
        Option<TimeSpan?> pingTimeout = Seconds.Option("--ping-timeout", "How long a peer may take to answer a ping before a close with 1011.", standard.PingTimeout);
        Option<TimeSpan?> idleTimeout = Seconds.Option("--idle-timeout", "How long no message may pass before a close with 3008; 0 for any time.", standard.IdleTimeout, mayBeZero: true);
        Option<string?> compression = Choice.Option("--compression", "Whether messages are compressed (permessage-deflate) where the client offers it.", "off", "on");
        var cert = new Option<FileInfo>("--cert") { Description = "The certificate for https (PEM). Without one, one is made for this run.", HelpName = "FILE" };
        var key = new Option<FileInfo>("--key") { Description = "Its private key (PEM, unencrypted).", HelpName = "FILE" };
        var http2Only = new Option<bool>("--h2c") { Description = "Cleartext HTTP/2 by prior knowledge, and nothing else." };
        var json = new Option<bool>("--json") { Description = "Print JSON, one object a line: {\"type\":\"listening\",\"url\"}, then one of type close for each connection." };
        cert.AcceptExistingOnly();
        key.AcceptExistingOnly();

        var command = new Command("serve", "Serves WebSocket connections and reports how each one ends: echo at /; /close?code=N&reason=T closes at once; at /throw the first message makes the handler fail; /silent never sends.")
        {
            url, maxMessage, accept, closeTimeout, pingInterval, pingTimeout, idleTimeout, compression, cert, key, http2Only, json, language,
        };
        command.SetAction(async parsed =>
        {
            HostAddress address = parsed.GetValue(url)!;
            void Configure(WebSocketEndpointOptions options)
            {
                options.MaxMessageSize = parsed.GetValue(maxMessage) ?? standard.MaxMessageSize;
                options.OnlyKind = parsed.GetValue(accept) switch { "text" => WebSocketMessageKind.Text, "binary" => WebSocketMessageKind.Binary, _ => null };
                options.CloseTimeout = parsed.GetValue(closeTimeout) ?? standard.CloseTimeout;
                options.PingInterval = parsed.GetValue(pingInterval) ?? standard.PingInterval;
                options.PingTimeout = parsed.GetValue(pingTimeout) ?? standard.PingTimeout;
                options.IdleTimeout = parsed.GetValue(idleTimeout) ?? standard.IdleTimeout;
                options.Compression = parsed.GetValue(compression) == "on" ? new DeflateOptions() : null;
            }

            bool cleartextHttp2 = parsed.GetValue(http2Only);
            if (cleartextHttp2 && address.IsHttps) throw new UsageException("--h2c is cleartext: it needs a --url with http.");
            using X509Certificate2? certificate = Certificate(address, parsed.GetValue(cert), parsed.GetValue(key));
            await using WebApplication app = ToolHost.Build(address, certificate, cleartextHttp2);
            return await RunAsync(app, Configure, new ServeReport(parsed.GetValue(json), language.Of(parsed)));
        });
        return command;
    }

    private static async Task<int> RunAsync(WebApplication app, Action<WebSocketEndpointOptions> configure, ServeReport report)
    {
        ServeRoutes.Map(app, configure, report);
        await app.StartAsync();
        report.Listening(ToolHost.UrlOf(app));
        // SIGTERM and Ctrl-C end the wait; stopping closes what is open with 1001.
        await app.WaitForShutdownAsync();
        await report.FinishAsync();
        return ExitCodes.Ok;
    }

    private static X509Certificate2? Certificate(HostAddress address, FileInfo? cert, FileInfo? key)
    {
        if (cert is null != key is null) throw new UsageException("--cert and --key go together.");
        if (cert is not null && !address.IsHttps) throw new UsageException("--cert and --key need a --url with https.");
        if (!address.IsHttps) return null;
        if (cert is null || key is null) return ServerCertificate.Create();
        try
        {
            return ServerCertificate.Load(cert.FullName, key.FullName);
        }
        catch (Exception e) when (e is System.Security.Cryptography.CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--cert {cert} with --key {key}: {e.Message}");
        }
    }

    private static HostAddress? ParseUrl(ArgumentResult result)
    {
        if (HostAddress.TryParse(result.Tokens[0].Value, out HostAddress? address, out string? error)) return address;
        result.AddError(error);
        return null;
    }
}
