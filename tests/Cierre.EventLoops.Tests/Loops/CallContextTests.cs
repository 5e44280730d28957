using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Cierre.EventLoops.Loops;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace Cierre.EventLoops.Tests.Loops;

/// <summary>What a handler sets for the code behind it is not there in the next handler's call on the same thread.</summary>
public sealed class CallContextTests : OnLoop
{
    private const string Nothing = "  ";

    private static readonly AsyncLocal<string?> s_local = new();

    // One for the loop, and one for all calls that are held.
    public CallContextTests()
        : base(mostThreads: 2)
    {
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Call_leaves_nothing_to_the_next_on_its_thread(bool isHeld)
    {
        var endpoint = new LoopEndpoint("/");
        if (isHeld) endpoint.HasBlocked(TimeSpan.FromHours(1));
        using var goOn = new ManualResetEventSlim(!isHeld);
        int first = 0, second = 0;
        string seen = "";
        (Socket peer, _) = Connect(new Events
        {
            OnEndpoint = () => endpoint,
            OnReadable = () =>
            {
                Set();
                Assert.True(goOn.Wait(Bound));
                Volatile.Write(ref first, Environment.CurrentManagedThreadId);
            },
        });
        peer.Send(new byte[1]);
        var sees = new Events
        {
            OnEndpoint = () => endpoint,
            OnReadable = () =>
            {
                second = Environment.CurrentManagedThreadId;
                seen = See();
            },
        };
        (peer, _) = Connect(sees);
        peer.Send(new byte[1]);
        // The loop has had both.
        await AssertGoesOnAsync();
        goOn.Set();
        await sees.Read.Task.WaitAsync(Bound, TestContext.Current.CancellationToken);
        Assert.Equal(Volatile.Read(ref first), second);
        Assert.Equal(Nothing, seen);
    }

    [Fact]
    public async Task Message_of_a_connection_leaves_nothing_to_that_of_another()
    {
        await using LoopServer server = await LoopServer.StartAsync(app => app.MapWebSocket("/", _ => new Handler()));
        await using WebSocketConnection first = await server.ConnectAsync(), second = await server.ConnectAsync();
        Assert.Equal("set", await AskAsync(first, "set"));
        Assert.Equal(Nothing, await AskAsync(second, "see"));
    }

    private static async Task<string> AskAsync(WebSocketConnection connection, string text)
    {
        await connection.SendAsync(text);
        return (await connection.ReceiveAsync().AsTask().WaitAsync(LoopServer.Bound))!.Value.GetText();
    }

    private static void Set()
    {
        s_local.Value = "of the first";
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("es");
        SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
    }

    private static string See() => $"{s_local.Value} {(CultureInfo.CurrentCulture.Name == "es" ? "es" : "")} {SynchronizationContext.Current}";

    private sealed class Handler : IWebSocketHandler
    {
        public void OnMessage(WebSocketConnection connection, WebSocketMessageKind kind, ReadOnlySpan<byte> data)
        {
            bool sets = data.SequenceEqual("set"u8);
            if (sets) Set();
            connection.TrySend(kind, Encoding.UTF8.GetBytes(sets ? "set" : See()));
        }
    }
}
