using System.CommandLine;
using System.Globalization;
using Cierre.EventLoops;
using Cierre.Tool.Arguments;
using Cierre.Tool.Hosting;
using Cierre.Tool.Output;

namespace Cierre.Tool.Bench;

/// <summary><c>cierre bench</c>: messages to an echo server and back, as many as it takes or at a rate, and how long they took.</summary>
internal static class BenchCommand
{
    private const int StandardConnections = 100;
    private const int StandardSize = 32;
    private const int StandardDepth = 1;

    // At a rate the depth only bounds memory; a message that waits for room is as late as one that waits at the server.
    private const int StandardDepthAtRate = 1000;

    private const int LargestMessage = 1 << 30;
    private static readonly TimeSpan StandardDuration = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StandardWarmUp = TimeSpan.FromSeconds(1);

    public static Command Create(LanguageOption language)
    {
        var url = new Argument<Uri>("URL")
        {
            Description = "An echo server: ws:// or wss://; http:// and https:// mean the same.", CustomParser = UrlArgument.Parse
        };
        Option<long?> connections =
            WholeNumber.Option("--connections", "N", $"How many connections to open. Default {StandardConnections}.", least: 1, most: 1_000_000);
        Option<long?> size = WholeNumber.Option("--size", "BYTES", $"The payload of each message. Default {StandardSize}.", least: 0, most: LargestMessage);
        Option<long?> depth = WholeNumber.Option("--depth", "N",
            $"The most messages in flight on each connection. Default {StandardDepth}; with --rate {StandardDepthAtRate}.", least: 1, most: 1_000_000);
        Option<long?> rate = WholeNumber.Option("--rate", "N", "Messages a second on all connections together, sent when they are due whether or not others " +
            "came back; latency counts from when a message was due. Default: as fast as the depth allows.", least: 1, most: 10_000_000);
        Option<TimeSpan?> duration = Seconds.Option("--duration", "How long to measure.", StandardDuration);
        Option<TimeSpan?> warmUp = Seconds.Option("--warm-up", "How long messages pass before they count.", StandardWarmUp, mayBeZero: true);
        Option<string?> kind = Choice.Option("--kind", "The kind of the messages.", "binary", "text");
        Option<string?> compression = Choice.Option("--compression", "Whether to offer that messages are compressed (permessage-deflate).", "off", "on");
        var protocols = new Option<string[]>("--protocol")
        {
            Description = "A subprotocol to ask for; may be repeated, the preferred one first.", HelpName = "P"
        };
        var headers = new Option<KeyValuePair<string, string>[]>("--header")
        {
            Description = "A header of the opening requests; may be repeated.", HelpName = "\"N: V\"", CustomParser = HeaderArgument.Parse
        };
        Option<string?> transport = Choice.Option("--transport",
            "What this side's connections without TLS run on: sockets, or event loops (Linux).", "sockets", "loops");
        var insecure = new Option<bool>("--insecure") { Description = "Accept any certificate." };
        Option<long?> pid = WholeNumber.Option("--pid", "PID",
            "The server's process on this machine: its CPU time a message and memory a connection are reported too.", least: 1, most: int.MaxValue);
        var chart = new Option<string?>("--chart") { Description = "A file for the histogram of the latencies, as SVG.", HelpName = "FILE.svg" };
        var json = new Option<bool>("--json")
        {
            Description = "Print JSON, one object a line: of type second for each second, and at last one of type bench. Times are in microseconds."
        };
        var command = new Command("bench", "Sends messages to an echo server and measures how many come back, and when. " +
            "Each second has a line at a terminal. Exit code 0: all connections opened, stayed and closed clean, and every echo was right; 3: not so.")
        {
            url, connections, size, depth, rate, duration, warmUp, kind, compression, protocols, headers, transport, insecure, pid, chart, json, language,
        };
        command.SetAction(async parsed =>
        {
            long? perSecond = parsed.GetValue(rate);
            int bytes = (int)(parsed.GetValue(size) ?? StandardSize);
            // The limits are the server's to set here: one echo of what was sent must fit.
            using EventLoopGroup? loops = parsed.GetValue(transport) == "loops" ? new EventLoopGroup() : null;
            var client = new WebSocketClientOptions
            {
                EventLoops = loops,
                MaxMessageSize = Math.Max(bytes, 1024 * 1024), Compression = parsed.GetValue(compression) == "on" ? new DeflateOptions() : null
            };
            foreach (string protocol in parsed.GetValue(protocols) ?? []) client.Subprotocols.Add(protocol);
            foreach (KeyValuePair<string, string> header in parsed.GetValue(headers) ?? []) client.Headers.Add(header);
#pragma warning disable CA5359 // Asked for by name, for servers with a certificate of their own making.
            if (parsed.GetValue(insecure)) client.ConfigureTls = tls => tls.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
            var settings = new BenchSettings(
                parsed.GetValue(url)!,
                (int)(parsed.GetValue(connections) ?? StandardConnections),
                bytes,
                (int)(parsed.GetValue(depth) ?? (perSecond is null ? StandardDepth : StandardDepthAtRate)),
                perSecond,
                parsed.GetValue(duration) ?? StandardDuration,
                parsed.GetValue(warmUp) ?? StandardWarmUp,
                parsed.GetValue(kind) == "text" ? WebSocketMessageKind.Text : WebSocketMessageKind.Binary,
                (int?)parsed.GetValue(pid),
                client);
            CultureInfo spoken = language.Of(parsed);
            return await RunAsync(settings, parsed.GetValue(json) ? new BenchJson(spoken) : new BenchText(Style.IsTerminal, spoken), parsed.GetValue(chart));
        });
        return command;
    }

    private static async Task<int> RunAsync(BenchSettings settings, IBenchReport report, string? chart)
    {
        // Read when the first socket is made. Else each message wakes a second thread, for which a server on this machine pays: its send took twice as long.
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        // Before the run: a file that cannot be written must not cost its result.
        await using StreamWriter? drawing = chart is null ? null : Create(chart);
        using var interrupted = new CancellationTokenSource();
        using var interruption = new Interruption(interrupted.Cancel);
        BenchResult result;
        try
        {
            result = await new BenchRun(settings, report, TimeProvider.System).RunAsync(interrupted.Token);
        }
        catch (ArgumentException e)
        {
            throw UsageException.Of(e);
        }

        if (drawing is not null) await drawing.WriteAsync(BenchChart.Of(result));
        return result.Ok ? ExitCodes.Ok : ExitCodes.NotAsExpected;
    }

    private static StreamWriter Create(string file)
    {
        try
        {
            return new StreamWriter(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"--chart: {e.Message}");
        }
    }
}
