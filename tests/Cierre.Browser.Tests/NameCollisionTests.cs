using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>Names of the browser's API are also names of .NET's own: what a file has to say, and what it need not.</summary>
public sealed class NameCollisionTests
{
    [Fact]
    public void An_alias_settles_a_file_that_uses_both() => Assert.Empty(Sample.ErrorsOf("""
        using System;
        using System.Net.WebSockets;
        using Cierre.Browser;
        using WebSocket = Cierre.Browser.WebSocket;

        WebSocket socket = new("wss://example.org/chat", "chat.v2");
        socket.OnClose = (CloseEvent e) => Console.WriteLine(e.Explain());
        WebSocketState theirs = WebSocketState.Open;
        Console.WriteLine(theirs);
        """));

    [Fact]
    public void Without_the_alias_the_name_is_ambiguous() => Assert.Equal(["CS0104"], Sample.ErrorsOf("""
        using System.Net.WebSockets;
        using Cierre.Browser;

        WebSocket socket = null!;
        socket.ToString();
        """));

    [Fact]
    public void A_file_of_a_server_needs_no_alias() => Assert.Empty(Sample.ErrorsOf("""
        using System;
        using System.Net.WebSockets;
        using System.Threading.Tasks;
        using Cierre;

        WebSocket? theirs = null;
        WebSocketState state = WebSocketState.Open;
        WebSocketException? failure = null;
        WebSocketMessageType kind = WebSocketMessageType.Text;
        await using WebSocketConnection ours = await WebSocketConnection.ConnectAsync(new Uri("wss://example.org"), new WebSocketClientOptions());
        CloseRecord record = await ours.CloseAsync(CloseCodes.NormalClosure);
        WebSocketMessage? message = await ours.ReceiveAsync();
        WebSocketMessageKind? ourKind = message?.Kind;
        Console.WriteLine((theirs, state, failure, kind, record, ourKind, CloseCause.Requested, EndedBy.Local));
        """));
}
