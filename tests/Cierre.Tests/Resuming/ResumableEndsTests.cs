using Cierre.Resuming;
using Xunit;

namespace Cierre.Tests.Resuming;

public sealed class ResumableEndsTests
{
    [Fact]
    public void Client_comes_back_after_a_loss_and_after_codes_that_ask_for_it()
    {
        int[] back = [1001, 1005, 1006, 1011, 1012, 1013, 1014, 3008];
        foreach (int code in Enumerable.Range(1000, 16).Concat([3000, 3003, 3008, 3999, 4000, 4999]))
            Assert.Equal(back.Contains(code), ResumableEnds.Allows(WebSocketRole.Client, ResumeLine.Record(code)));
    }

    /// <summary>A page that goes away may come back; any other word of a client's is its last.</summary>
    [Fact]
    public void Server_keeps_the_session_of_a_client_that_was_lost_or_went_away()
    {
        Assert.True(ResumableEnds.Allows(WebSocketRole.Server, ResumeLine.Record()));
        foreach (ushort code in new ushort[] { 1000, 1001, 1005, 1011, 1012, 4001 })
            Assert.Equal(code is 1001 or 1005,
                ResumableEnds.Allows(WebSocketRole.Server, ResumeLine.Record(code, wasClean: true, EndedBy.Remote, new CloseFrame(code), new CloseFrame(code))));
    }

    /// <summary>The client sees the server's code, whatever it answers.</summary>
    [Theory]
    [InlineData(1001, true)]
    [InlineData(1012, true)]
    [InlineData(1013, true)]
    [InlineData(1011, true)]
    [InlineData(3008, true)]
    [InlineData(1002, false)]
    [InlineData(1008, false)]
    [InlineData(1000, false)]
    [InlineData(4001, false)]
    public void Server_keeps_the_session_that_it_closed_with_a_code_after_which_the_client_comes_back(ushort code, bool keeps) =>
        Assert.Equal(keeps, ResumableEnds.Allows(WebSocketRole.Server, ResumeLine.Record(1000, wasClean: true, EndedBy.Local, new CloseFrame(code), new CloseFrame(1000))));
}
