using System.Text;
using Cierre.Connections;
using Cierre.Protocol;
using Cierre.Telemetry;
using Cierre.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace Cierre.Tests.Connections;

/// <summary>One connection over a transport and a clock that the test plays.</summary>
internal sealed class Played
{
    public const int Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10;

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    public Played(bool client = false, Action<WebSocketConnectionOptions>? setup = null, Func<TimeProvider, ConnectionTelemetry>? measured = null)
    {
        IsClient = client;
        var options = new WebSocketConnectionOptions { TimeProvider = Clock };
        setup?.Invoke(options);
        Connection = new WebSocketConnection(client ? WebSocketRole.Client : WebSocketRole.Server, options, Wire, new WebSocketNegotiation());
        Connection.Start(measured?.Invoke(Clock));
    }

    public bool IsClient { get; }

    public FakeTimeProvider Clock { get; } = new();

    public FakeTransport Wire { get; } = new();

    public WebSocketConnection Connection { get; }

    /// <summary>What we sent.</summary>
    public List<RawFrame> Sent => Wire.Frames;

    public Task<CloseRecord> Ended => Within(Connection.Closed);

    /// <summary>The bytes of a peer's frame.</summary>
    public byte[] Frame(int opcode, ReadOnlySpan<byte> payload = default, bool fin = true) => RawPeer.Frame(opcode, payload, fin, 0, mask: !IsClient);

    public byte[] Frame(string text) => Frame(Text, Encoding.UTF8.GetBytes(text));

    public void Peer(int opcode, ReadOnlySpan<byte> payload = default, bool fin = true) => Wire.Push(Frame(opcode, payload, fin));

    public void PeerText(string text) => Wire.Push(Frame(text));

    public void PeerClose(int code, string reason = "") => Peer(Close, [(byte)(code >> 8), (byte)code, .. Encoding.UTF8.GetBytes(reason)]);

    public Task<string?> ReceiveTextAsync() => Within(Receive());

    public static Task<T> Within<T>(Task<T> task) => task.WaitAsync(Bound);

    public static Task Within(Task task) => task.WaitAsync(Bound);

    /// <summary>For what happens on the pool and leaves no task to wait for.</summary>
    public static async Task Until(Func<bool> condition)
    {
        using var bound = new CancellationTokenSource(Bound);
        do
        {
            bound.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        while (!condition());
    }

    private async Task<string?> Receive() => (await Connection.ReceiveAsync())?.GetText();
}
