using System.Collections.Immutable;
using System.Text;
using Cierre.Connections;
using Cierre.Resuming;
using Cierre.Sessions;
using Cierre.Tests.Connections;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.Tests.Sessions;

/// <summary>What tests of a server's session share: it has begun, over a connection whose peer is played.</summary>
public abstract class ServerSessionTests : IAsyncDisposable
{
    private protected static readonly TimeSpan Window = TimeSpan.FromMinutes(2);
    private protected static readonly ResumeLimits Limits = new(4, 64 * 1024);
    private protected static readonly ResumeControl.Hello Hello = new(ImmutableDictionary<string, TopicCursor>.Empty);
    private int _tokens;

    private protected ServerSessionTests(ResumeControl.Hello? hello = null)
    {
        Session = NewSession();
        Connection.Open(Session);
        Assert.NotNull(Session.Begin(Line.Connection.Driver, hello ?? Hello, new ResumeControl.Session("5f3c", "a", "one", Window, "node", Limits)));
        Assert.StartsWith("!{\"session\":\"5f3c\"", Assert.Single(Said()), StringComparison.Ordinal);
    }

    private protected FakeTimeProvider Clock { get; } = new();

    private protected SessionDriver Session { get; }

    /// <summary>As its handler has it.</summary>
    private protected WebSocketConnection Connection { get; } = new(new WebSocketNegotiation());

    /// <summary>The newest connection that carries it.</summary>
    private protected Played Line { get; set; } = new();

    public ValueTask DisposeAsync()
    {
        Connection.Abort();
        GC.SuppressFinalize(this);
        return default;
    }

    private protected SessionDriver NewSession(SessionsAway? allAway = null) =>
        SessionDriver.OfServer(Limits, Window, new SessionTimes(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)), Clock, allAway);

    /// <summary>What the server said since the last call.</summary>
    private protected string[] Said(Played? line = null)
    {
        line ??= Line;
        string[] said =
        [
            .. line.Sent.Select(frame => frame.Opcode == Played.Close
                ? $"close {(frame.Payload[0] << 8) | frame.Payload[1]}"
                : Encoding.UTF8.GetString(frame.Payload)),
        ];
        line.Wire.Forget();
        return said;
    }

    private protected async Task LoseAsync()
    {
        await LoseLineAsync();
        await AwayAsync();
    }

    /// <summary>The session knows that its connection has ended, and has drawn its conclusions.</summary>
    private protected Task AwayAsync() => Played.Until(() =>
    {
        lock (Session.Gate) return Session.IsAway;
    });

    private protected async Task LoseLineAsync()
    {
        Said();
        Line.Wire.End();
        await Line.Ended;
    }

    /// <param name="resume">What the client says, without its mark.</param>
    private protected Task? ComeBack(string resume, Action? carries = null)
    {
        Line = new Played();
        Assert.Null(ResumeGreeting.Read(WebSocketOpcode.Text, Encoding.UTF8.GetBytes("!" + resume), out ResumeControl? asked));
        return Session.Resume(Line.Connection.Driver, (ResumeControl.Resume)asked!, "a", "two", ++_tokens, carries);
    }
}
