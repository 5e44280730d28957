using System.Globalization;
using Xunit;

namespace Cierre.Tests.Closing;

public sealed class SessionExplanationTests
{
    private static readonly SessionConnection[] Connections =
    [
        new()
        {
            Node = "a", Duration = TimeSpan.FromSeconds(81.2), Code = 1006, Cause = CloseCause.ConnectionReset, Pause = TimeSpan.FromSeconds(1.4), RepeatedByThisSide = 6, RepeatedByPeer = 2,
        },
        new() { Node = "b", Duration = TimeSpan.FromMinutes(12), Code = 1012, Cause = CloseCause.PeerClosed, Pause = TimeSpan.FromSeconds(9.8), RepeatedByThisSide = 1 },
        new() { Node = "c", Duration = TimeSpan.FromSeconds(3.1), Code = 4001, Cause = CloseCause.PeerClosed, RepeatedByPeer = 0 },
    ];

    [Fact]
    public void Story_is_told_in_words_the_oldest_connection_first() => Assert.Equal(
        """
        Session 5f3c: 3 connections, nothing lost.
          a, 81.2 s, ended with 1006 (connection-reset). Resumed after 1.4 s: 6 messages repeated by this side, 2 by the other.
          b, 12 min 0 s, ended with 1012 (peer-closed). Resumed after 9.8 s: 1 message repeated by this side; the other side does not say how many it repeated.
          c, 3.1 s, ended with 4001 (peer-closed).
        """,
        new SessionStory("5f3c", Connections, 3, null).Explain(CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("expired", "it was without a connection for longer than its window")]
    [InlineData("node-lost", "the server that had it is gone or has started anew")]
    [InlineData("rolled-back", "one side has forgotten messages that the other counts on")]
    [InlineData("buffer-full", "too much waited while it had no connection, for it alone or on the whole server")]
    [InlineData("given-up", "this side gave it up")]
    [InlineData("unknown", "the server knows no such session of this client")]
    [InlineData("of a later server", "the server knows no such session of this client")]
    public void Loss_has_its_reason(string lost, string words) => Assert.Equal(
        $"Session 5f3c: 1 connection, then lost, because {words}.", new SessionStory("5f3c", [], 1, lost).Explain(CultureInfo.InvariantCulture));

    [Fact]
    public void Story_is_told_in_Spanish() => Assert.StartsWith(
        "Sesión 5f3c: 3 conexiones, no se perdió nada.\n  a, 81,2 s, terminó con 1006 (connection-reset). Se reanudó a los 1,4 s: este lado repitió 6 mensajes y el otro 2.",
        new SessionStory("5f3c", Connections, 3, null).Explain(CultureInfo.GetCultureInfo("es")),
        StringComparison.Ordinal);

    [Fact]
    public void Name_of_a_session_is_the_servers_and_cannot_reach_a_terminal() => Assert.Equal(
        @"Session \u{001B}[2J: 1 connection, nothing lost.",
        new SessionStory("\e[2J", [], 1, null).Explain(CultureInfo.InvariantCulture));

    [Fact]
    public void Name_of_a_node_is_the_servers_and_cannot_break_the_line() => Assert.DoesNotContain(
        "\n",
        new SessionStory("1", [Connections[2] with { Node = "a\nb" }], 1, null).Explain(CultureInfo.InvariantCulture).Split("\n  ")[1],
        StringComparison.Ordinal);
}
