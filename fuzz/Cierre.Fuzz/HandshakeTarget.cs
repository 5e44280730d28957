using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Cierre.AspNetCore;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using static Cierre.Fuzz.OutputReader;

namespace Cierre.Fuzz;

/// <summary>
/// Opening requests against a real Kestrel, over HTTP/1.1 and HTTP/2: an endpoint, a path that a page, a POST and a socket share, and a gateway.
/// No answer is a fault of the server's, nothing is logged as an error, and the server goes on.
/// </summary>
internal sealed class HandshakeTarget : Target
{
    private const int Patience = 20_000;

    // How long nothing comes before no answer is waited for any more: the request was not finished, say. In microseconds.
    private const int Silence = 300_000;

    private static readonly (string, string)[] Others =
    [
        ("content-length", "3"), ("content-length", "0"), ("expect", "100-continue"), ("te", "trailers"), ("transfer-encoding", "chunked"),
        ("via", "\u00e9"), ("x-user", "\u00e9"),
    ];

    private readonly ConcurrentQueue<string> _errors = new();
    private readonly int _http1;
    private readonly int _http2;
    private readonly byte[] _answer = new byte[64 * 1024];

    public HandshakeTarget()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(new Errors(_errors));
        builder.Services.AddCierre();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, options => options.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, options => options.Protocols = HttpProtocols.Http2);
        });
        WebApplication app = builder.Build();
        app.MapWebSocket("/", EchoAsync, Configure);
        app.MapGet("/shared", () => "page");
        app.MapPost("/shared", () => "post");
        app.MapWebSocket("/shared", EchoAsync, Configure);
        app.MapWebSocketGateway("/gw", new Uri("ws://127.0.0.1:1/"), options =>
        {
            options.UpstreamFailureResponse = RefusalMode.Status;
            options.HeadersToForward.Add("X-User");
            Configure(options.Endpoint);
        });
        app.StartAsync().GetAwaiter().GetResult();
        ICollection<string> addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        int[] ports = [.. addresses.Select(address => new Uri(address).Port)];
        (_http1, _http2) = (ports[0], ports[1]);
    }

    public override (string What, string Why) Run(Dice dice, int number)
    {
        bool isHttp2 = dice.OneIn(4);
        string status = isHttp2 ? AskHttp2(dice) : AskHttp1(dice);
        Require(_errors.IsEmpty, _errors.TryPeek(out string? error) ? error : "");
        Require(status is not "500", "the server failed");
        return (status, isHttp2 ? "HTTP/2" : "HTTP/1.1");
    }

    private static async Task EchoAsync(WebSocketConnection connection)
    {
        await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendAsync(message);
    }

    private static void Configure(WebSocketEndpointOptions options)
    {
        options.Subprotocols.Add("best");
        options.Compression = new DeflateOptions();
        options.CloseTimeout = TimeSpan.FromSeconds(1);
    }

    private string AskHttp1(Dice dice)
    {
        Input = HandshakeMaker.Make(dice);
        bool leaves = dice.OneIn(10);
        int count = leaves ? dice.Below(Input.Length + 1) : Input.Length;
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = Patience, SendTimeout = Patience };
        socket.Connect(IPAddress.Loopback, _http1);
        try
        {
            for (int sent = 0; sent < count;)
            {
                int piece = dice.OneIn(4) ? Math.Min(count - sent, 1 + dice.Below(200)) : count - sent;
                sent += socket.Send(Input, sent, piece, SocketFlags.None);
            }

            if (leaves)
            {
                if (dice.OneIn(2)) socket.LingerState = new LingerOption(true, 0);
                return "left";
            }

            // Our side stays open: to a server of HTTP its end would mean that nobody waits for the answer.
            int length = 0;
            string answer = "";
            while (!IsWhole(answer) && socket.Poll(IsBegun(answer) ? 1000 * Patience : Silence, SelectMode.SelectRead))
            {
                int read = socket.Receive(_answer, length, _answer.Length - length, SocketFlags.None);
                if (read == 0) break;
                length += read;
                answer = Encoding.UTF8.GetString(_answer, 0, length);
            }

            return StatusOf(answer);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            return "reset";
        }
    }

    /// <summary>Whether more of the answer comes for certain, however long a busy machine takes: not behind 100, nor to HEAD, whose answer announces a body and has none.</summary>
    private bool IsBegun(string answer) =>
        answer.Length > 0 && !answer.StartsWith("HTTP/1.1 100", StringComparison.Ordinal) && !Input.AsSpan().StartsWith("HEAD"u8);

    /// <summary>RFC 9112 6.3: whether nothing more of the answer is to come.</summary>
    private static bool IsWhole(string answer)
    {
        int end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0 || answer.StartsWith("HTTP/1.1 100", StringComparison.Ordinal)) return false;
        string head = answer[..end];
        if (head.StartsWith("HTTP/1.1 101", StringComparison.Ordinal)) return true;
        if (head.Contains("chunked", StringComparison.OrdinalIgnoreCase)) return answer.EndsWith("0\r\n\r\n", StringComparison.Ordinal);
        int length = head.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase);
        if (length < 0) return false;
        string digits = new([.. head[(length + 16)..].TakeWhile(char.IsAsciiDigit)]);
        return answer.Length - end - 4 >= int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture);
    }

    private string StatusOf(string answer)
    {
        // A body that was announced and did not come is no answer's business.
        if (answer.StartsWith("HTTP/1.1 100", StringComparison.Ordinal)) answer = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        if (!answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal)) return answer.Length == 0 ? "nothing" : "other";
        string status = answer[9..12];
        int end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        // What is ours says in plain text what would be right; what is Kestrel's has no body.
        bool isOurs = end > 0 && answer[..end].Contains("text/plain", StringComparison.Ordinal) && status[0] == '4';
        // The answer to HEAD has no content.
        Require(!isOurs || answer.Contains(".\n", StringComparison.Ordinal) || Input.AsSpan().StartsWith("HEAD"u8), $"no sentence: {answer}");
        return status;
    }

    private string AskHttp2(Dice dice)
    {
        string method = dice.OneIn(5) ? HandshakeMaker.Pick(dice, HandshakeMaker.Methods) : "CONNECT";
        string? protocol = dice.OneIn(5) ? dice.Of<string?>([null, "", "webtransport", "WebSocket", "\u00e9"]) : "websocket";
        string? path = dice.OneIn(40) ? null : HandshakeMaker.Pick(dice, HandshakeMaker.Paths);
        List<(string Name, string Value)> headers = [];
        foreach ((string name, string value) in HandshakeMaker.Headers(dice, isHttp2: true)) headers.Add((name.ToLowerInvariant(), value));
        if (dice.OneIn(6)) headers.Add(dice.Of<(string, string)>(Others));
        Input = Encoding.UTF8.GetBytes($"{method} {path} {protocol} {string.Join('|', headers)}");
        return AskAsync(method, path, protocol, [.. headers], dice).GetAwaiter().GetResult();
    }

    private async Task<string> AskAsync(string method, string? path, string? protocol, (string, string)[] headers, Dice dice)
    {
        int window = dice.OneIn(10) ? 0 : 65_535;
        await using RawHttp2Peer peer = await RawHttp2Peer.ConnectAsync("127.0.0.1", _http2, window, TimeSpan.FromMilliseconds(Patience));
        int stream = await peer.SendRequestAsync(method, path, protocol, headers, endStream: dice.OneIn(6), HandshakeMaker.Pick(dice, HandshakeMaker.Hosts));
        if (dice.OneIn(10)) return "left";
        if (dice.OneIn(10))
        {
            await peer.SendFrameAsync(RawHttp2Frame.Reset, 0, stream, new byte[] { 0, 0, 0, 8 });
            return "left";
        }

        RawHttp2Frame? frame;
        do frame = await peer.ReadFrameAsync();
        while (frame is { Type: RawHttp2Frame.WindowUpdate });
        return frame switch
        {
            { Type: RawHttp2Frame.Headers } => frame.Status.ToString(System.Globalization.CultureInfo.InvariantCulture),
            { Type: RawHttp2Frame.Reset } => "reset",
            { Type: RawHttp2Frame.GoAway } => "goaway",
            null => "nothing",
            _ => $"frame {frame.Type}",
        };
    }

    /// <summary>What the host logs as an error.</summary>
    private sealed class Errors(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) lines.Enqueue($"{formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}
