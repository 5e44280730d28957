using System.CommandLine;
using System.Globalization;
using Cierre.Tool.Arguments;
using Cierre.Tool.Output;

namespace Cierre.Tool.Connect;

/// <summary><c>cierre connect</c>: opens a connection, says something, and explains how it ended.</summary>
internal static class ConnectCommand
{
    private static readonly TimeSpan StandardTimeout = TimeSpan.FromSeconds(30);

    // A payload is shown as it begins; a terminal that is slow for a while misses nothing.
    private static readonly WebSocketTraceOptions Traced = new() { PayloadBytes = 64, Capacity = 100_000 };

    public static Command Create(LanguageOption language)
    {
        var url = new Argument<Uri>("URL") { Description = "ws:// or wss://; http:// and https:// mean the same.", CustomParser = UrlArgument.Parse };
        var protocols = new Option<string[]>("--protocol")
        {
            Description = "A subprotocol to ask for; may be repeated, the preferred one first.", HelpName = "P"
        };
        var headers = new Option<KeyValuePair<string, string>[]>("--header")
        {
            Description = "A header of the opening request; may be repeated.", HelpName = "\"N: V\"", CustomParser = HeaderArgument.Parse
        };
        var texts = new Option<string[]>("--send") { Description = "A text message to send; may be repeated.", HelpName = "TEXT" };
        var files = new Option<BinaryFile[]>("--send-file")
        {
            Description = "A file to send as one binary message, after all texts; may be repeated.", HelpName = "F", CustomParser = BinaryFile.Parse
        };
        Option<long?> expect = WholeNumber.Option("--expect", "N", "How many messages to await before closing. Default: as many as were sent.", least: 0);
        var close = new Option<CloseArgument>("--close")
        {
            Description = "How to close then. Default 1000. Without it, and with nothing to send or expect, the peer or the timeout ends the run.",
            HelpName = "CODE[:REASON]", CustomParser = CloseArgument.Parse
        };
        var limits = new LimitOptions();
        Option<TimeSpan?> timeout =
            Seconds.Option("--timeout", "How long the whole run may take: the opening fails, or the open connection closes with 1000.", StandardTimeout);
        Option<string?> http = Choice.Option("--http", "The HTTP version of the opening; 2 falls back to 1.1.", HttpName.Http11, HttpName.Http2);
        var reconnect = new Option<bool>("--reconnect") { Description = "Connect again after an end that advises it, with its delays, " +
            "until one does not or the time is over; every connection says and awaits the same." };
        var resume = new Option<bool>("--resume") { Description = "Begin a session and go on with it over the next connection whenever one is lost, with " +
            "nothing lost, doubled or out of order, for a server that resumes sessions; the run is one conversation." };
        Option<string?> compression = Choice.Option("--compression", "Whether to offer that messages are compressed (permessage-deflate).", "off", "on");
        var insecure = new Option<bool>("--insecure") { Description = "Accept any certificate." };
        var frames = new Option<bool>("--frames") { Description = "Print each frame as it passes, in and out, with its time and the start of its payload, " +
            "what happens to the TCP connection, and where the time of the opening went." };
        var diagram = new Option<bool>("--diagram")
        {
            Description = "Draw the conversation as a sequence diagram at the end; of a long one, its beginning and its end."
        };
        var svg = new Option<FileInfo?>("--svg") { Description = "Write that diagram into a file, as SVG.", HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "Print JSON, one object a line, of type open, message, error and at last close, " +
            "with --frames also frame, violation and transport; with --reconnect so for each attempt, and reconnect between two; with " +
            "--resume reconnecting and resumed for each connection that is lost, gap where messages of a topic are missing, and one close, which has " +
            "the session." };

        var command = new Command("connect", "Connects to a WebSocket server and explains how the connection ended. At a terminal, " +
            "with nothing to send or to close with, each line typed is a message. Exit code 0: the close (with --reconnect the last one) was clean and all " +
            "expected messages came; 3: not so, or (with --resume) the session was lost.")
        {
            url, protocols, headers, texts, files, expect, close, timeout, limits.CloseTimeout, limits.PingInterval, limits.PingTimeout, limits.MaxFragments,
                http, compression, reconnect, resume, insecure, frames, diagram, svg, json, language,
        };
        command.SetAction(async parsed =>
        {
            var script = new Script(parsed.GetValue(texts) ?? [], parsed.GetValue(files) ?? [], parsed.GetValue(expect), parsed.GetValue(close));
            bool inJson = parsed.GetValue(json);
            bool interactive = !Console.IsInputRedirected && !inJson && script is { Texts: [], Files: [], Close: null };
            CultureInfo spoken = language.Of(parsed);
            (bool withFrames, bool withDiagram, FileInfo? file) = (parsed.GetValue(frames), parsed.GetValue(diagram), parsed.GetValue(svg));
            if (inJson && withDiagram) throw new UsageException("--diagram draws for people, and --json prints for programs: take --frames or --svg with it.");
            if (file is { Directory.Exists: false }) throw new UsageException($"--svg: there is no folder '{file.DirectoryName}'.");
            bool resumes = parsed.GetValue(resume);
            if (resumes && parsed.GetValue(reconnect))
                throw new UsageException("--reconnect begins anew over each connection, and --resume goes on: take one of them.");
            if (resumes && (withFrames || withDiagram || file is not null))
                throw new UsageException("--frames, --diagram and --svg show what passes over one connection, and a session of --resume has several.");
            IConnectReport report = inJson
                ? new ConnectJson(withFrames, spoken)
                : new ConnectText(interactive, withFrames, times: withFrames || withDiagram, spoken);
            if (withDiagram || file is not null) report = new DiagramReport(report, parsed.GetValue(url)!, withDiagram, file, spoken);
            var time = new RunTime(parsed.GetValue(timeout) ?? StandardTimeout);
            var options = new WebSocketReconnectOptions
            {
                HttpVersion = HttpName.Version(parsed.GetValue(http)), ConnectTimeout = time.Left, Compression = parsed.GetValue(compression) == "on"
                    ? new DeflateOptions()
                    : null,
                Trace = withFrames || withDiagram || file is not null ? Traced : null,
            };
            limits.ApplyTo(options, parsed);
            foreach (string protocol in parsed.GetValue(protocols) ?? []) options.Subprotocols.Add(protocol);
            foreach (KeyValuePair<string, string> header in parsed.GetValue(headers) ?? []) options.Headers.Add(header);
#pragma warning disable CA5359 // Asked for by name, for servers with a certificate of their own making.
            if (parsed.GetValue(insecure)) options.ConfigureTls = tls => tls.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
            try
            {
                if (resumes) return await new ResumedConversation(report, script, time, interactive).RunAsync(parsed.GetValue(url)!, options);
                return parsed.GetValue(reconnect)
                    ? await new KeptConversation(report, script, time, interactive).RunAsync(parsed.GetValue(url)!, options)
                    : await Conversation.RunAsync(report, script, time, interactive, parsed.GetValue(url)!, options);
            }
            finally
            {
                StatusLine.End();
            }
        });
        return command;
    }
}
