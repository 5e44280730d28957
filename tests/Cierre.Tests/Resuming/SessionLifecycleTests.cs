using Cierre.Closing;
using Cierre.Resuming;
using Xunit;
using static Cierre.Resuming.SessionEffects;

namespace Cierre.Tests.Resuming;

public sealed class SessionLifecycleTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);
    private static readonly CloseFrame Bye = new(4001, "bye");

    private readonly SessionInput[] _inputs =
    [
        SessionInput.Connected.Instance, SessionInput.Began.Instance, new SessionInput.Asked(true), new SessionInput.Asked(false), SessionInput.Resumed.Instance,
        new SessionInput.Lost(LossReason.Unknown), new SessionInput.Over(Bye), new SessionInput.Close(Bye), new SessionInput.Gone(true, false),
        new SessionInput.Gone(false, true), SessionInput.Due.Instance, SessionInput.Abandon.Instance,
    ];

    private SessionLifecycle _client = new(WebSocketRole.Client, Window);
    private SessionLifecycle _server = new(WebSocketRole.Server, Window);

    [Fact]
    public void Window_of_a_client_goes_on_while_it_tries_to_come_back()
    {
        Open();
        Lose(ref _client, 10);
        Assert.Equal(TimeSpan.FromSeconds(70), _client.Deadline);
        Assert.Equal(WriteResume, _client.On(SessionInput.Connected.Instance, TimeSpan.FromSeconds(20)));
        // Whether it is over is the server's to say.
        Assert.Equal(TimeSpan.MaxValue, _client.Deadline);
        Lose(ref _client, 30);
        Assert.Equal(TimeSpan.FromSeconds(70), _client.Deadline);
        Assert.Equal(Complete, _client.On(SessionInput.Due.Instance, TimeSpan.FromSeconds(70)));
        Assert.Equal(new SessionState.Ended(null, LossReason.Expired), _client.State);
    }

    [Fact]
    public void Greeting_that_is_lost_loses_no_session()
    {
        _client.On(SessionInput.Connected.Instance, default);
        Lose(ref _client, 1);
        Assert.Same(SessionState.New.Instance, _client.State);
        Assert.Equal(WriteHello, _client.On(SessionInput.Connected.Instance, default));
    }

    [Fact]
    public void Client_that_closes_while_it_is_away_has_ended_and_a_server_tells_its_client_later()
    {
        Open();
        Lose(ref _client, 1);
        Assert.Equal(Complete, _client.On(new SessionInput.Close(Bye), default));
        Assert.Equal(new SessionState.Ended(Bye, null), _client.State);
        Lose(ref _server, 1);
        Assert.Equal(None, _server.On(new SessionInput.Close(Bye), default));
        Assert.False(_server.TakesMessages);
        Assert.Equal(None, _server.On(new SessionInput.Close(new CloseFrame(4002)), default));
        Assert.Equal(WriteEnded | Complete, _server.On(new SessionInput.Asked(true), default));
        // And once more, where that was lost too.
        Assert.Equal(WriteEnded, _server.On(new SessionInput.Asked(true), default));
        Assert.Equal(new SessionState.Ended(Bye, null), _server.State);
    }

    [Fact]
    public void Session_that_nobody_waits_for_any_more_is_lost_and_one_with_a_connection_ends_with_it()
    {
        Open();
        SessionLifecycle attached = _server;
        Assert.Equal(Complete, attached.On(SessionInput.Abandon.Instance, default));
        Assert.Equal(new SessionState.Ended(null, null), attached.State);
        Lose(ref _server, 1);
        Assert.Equal(Complete, _server.On(SessionInput.Abandon.Instance, default));
        Assert.Equal(new SessionState.Ended(null, LossReason.GivenUp), _server.State);
        Lose(ref _client, 1);
        SessionLifecycle returning = _client;
        returning.On(SessionInput.Connected.Instance, default);
        foreach (SessionInput end in new SessionInput[] { new SessionInput.Gone(false, false), SessionInput.Abandon.Instance })
        {
            foreach (SessionLifecycle life in new[] { _client, returning })
            {
                SessionLifecycle next = life;
                Assert.Equal(Complete, next.On(end, default));
                Assert.Equal(new SessionState.Ended(null, LossReason.GivenUp), next.State);
            }
        }
    }

    [Fact]
    public void Server_may_lose_a_session_that_is_away_and_no_other()
    {
        SessionInput full = new SessionInput.Lost(LossReason.BufferFull);
        Assert.Equal(None, _server.On(full, default));
        Lose(ref _server, 1);
        SessionLifecycle closing = _server;
        closing.On(new SessionInput.Close(Bye), default);
        Assert.Equal(Complete, closing.On(full, default));
        // Whoever comes is still told.
        Assert.Equal(new SessionState.Ended(Bye, null), closing.State);
        Assert.Equal(WriteEnded, closing.On(new SessionInput.Asked(true), default));
        Assert.Equal(Complete, _server.On(full, default));
        Assert.Equal(new SessionState.Ended(null, LossReason.BufferFull), _server.State);
        Assert.Equal(WriteLost, _server.On(new SessionInput.Asked(true), default));
    }

    [Fact]
    public void What_is_over_stays_over()
    {
        foreach (SessionInput end in _inputs)
        {
            foreach (WebSocketRole role in Enum.GetValues<WebSocketRole>())
            {
                var life = new SessionLifecycle(role, Window);
                Lose(ref life, 1);
                life.On(new SessionInput.Gone(false, false), default);
                if (life.State is not SessionState.Ended before) continue;
                life.On(end, default);
                Assert.Equal(before, life.State);
            }
        }
    }

    /// <summary>No input is an error in any state, and every state but the end is left by some input.</summary>
    [Fact]
    public void Every_state_meets_every_input()
    {
        var seen = new HashSet<Type>();
        foreach (WebSocketRole role in Enum.GetValues<WebSocketRole>()) Walk(new SessionLifecycle(role, Window), depth: 4, seen);
        Assert.Equal(typeof(SessionState).GetNestedTypes().Order(ByName), seen.Order(ByName));
    }

    private static Comparer<Type> ByName => Comparer<Type>.Create((one, other) => string.CompareOrdinal(one.Name, other.Name));

    private void Walk(SessionLifecycle life, int depth, HashSet<Type> seen)
    {
        seen.Add(life.State.GetType());
        if (depth == 0) return;
        foreach (SessionInput input in _inputs)
        {
            SessionLifecycle next = life;
            next.On(input, TimeSpan.FromSeconds(5 - depth));
            Walk(next, depth - 1, seen);
        }
    }

    private static void Lose(ref SessionLifecycle life, double at) => life.On(new SessionInput.Gone(true, false), TimeSpan.FromSeconds(at));

    private void Open()
    {
        _client.On(SessionInput.Connected.Instance, default);
        Assert.Equal(Begin, _client.On(SessionInput.Began.Instance, default));
    }
}
