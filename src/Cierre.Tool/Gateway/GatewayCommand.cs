using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using Cierre.AspNetCore;
using Cierre.Tool.Arguments;
using Cierre.Tool.Hosting;
using Cierre.Tool.Output;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace Cierre.Tool.Gateway;

/// <summary><c>cierre gateway</c>: passes every connection on to another server, and reports how both sides ended.</summary>
internal static class GatewayCommand
{
    public static Command Create(LanguageOption language)
    {
        var listen = new ListenArguments();
        var to = new Option<Uri>("--to")
        {
            Description = "The upstream: ws:// or wss://. The path and the query of a request are added to it.", HelpName = "URL", Required = true,
            CustomParser = UrlArgument.Parse
        };
        var insecure = new Option<bool>("--insecure") { Description = "Take any certificate of the upstream." };
        var json = new Option<bool>("--json") { Description = "Print JSON, one object a line: {\"type\":\"listening\",\"url\"}, " +
            "then one of type close for each connection, with the upstream's in its field \"upstream\"." };
        var command = new Command("gateway",
            "Passes WebSocket connections on to another server, message by message and close by close, and reports how both sides end.")
        {
            listen.Url, to, insecure, listen.Cert, listen.Key, json, language,
        };
        command.SetAction(async parsed =>
        {
            Uri upstream = parsed.GetValue(to)!;
            using X509Certificate2? certificate = listen.CertificateOf(parsed);
            await using WebApplication app = ToolHost.Build(listen.AddressOf(parsed), certificate);
            var report = new GatewayReport(parsed.GetValue(json), language.Of(parsed));
            app.MapWebSocketGateway("/{**path}", context => ValueTask.FromResult(UpstreamUrl.Of(context, upstream)), options =>
            {
                // Whoever may reach the gateway may use it; the upstream decides by the origin that it gets.
                options.Endpoint.AllowedOrigins.Add("*");
                foreach (string name in (string[])["Origin", "Authorization", "Cookie", "User-Agent"]) options.HeadersToForward.Add(name);
#pragma warning disable CA5359 // Asked for by name, for upstreams with a certificate of their own making.
                if (parsed.GetValue(insecure))
                    options.ConfigureUpstream = (_, connect) => connect.ConfigureTls = tls => tls.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
                options.OnEnded = report.Ended;
            });
            await app.StartAsync();
            Listening.Write(ToolHost.UrlOf(app), parsed.GetValue(json));
            await app.WaitForShutdownAsync();
            await report.FinishAsync();
            return ExitCodes.Ok;
        });
        return command;
    }
}
