using Cierre.AspNetCore.Endpoints;
using Xunit;

namespace Cierre.AspNetCore.Tests;

public sealed class HandshakeRefusalTests
{
    [Fact]
    public void Connection_that_the_server_does_not_read_is_quoted_and_made_harmless()
    {
        HandshakeRefusal refusal = HandshakeRefusal.ConnectionNotRead(["<b>\r\nX: y", "keep-alive,\tUpgrade" + new string('z', 200)]);
        Assert.Equal(400, refusal.Status);
        Assert.StartsWith("The request has \"Connection: <b>\\r\\nX: y, keep-alive,\\tUpgradezzz", refusal.Text, StringComparison.Ordinal);
        Assert.EndsWith(" because of the tab; separate by a comma and a space.", refusal.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(refusal.Text, char.IsControl);
        Assert.InRange(refusal.Text.Length, 100, 250);
    }

    [Theory]
    [InlineData("websocket", true)]
    [InlineData("h2c,\tWebSocket ,", true)]
    [InlineData("h2c|websocket", true)]
    [InlineData("websockets", false)]
    [InlineData("\"websocket\"", false)]
    [InlineData("web socket", false)]
    [InlineData("", false)]
    public void List_over_header_lines_names_a_token_or_not(string lines, bool named) =>
        Assert.Equal(named, HeaderTokens.Contains(new Microsoft.Extensions.Primitives.StringValues(lines.Split('|')), "websocket"));
}
