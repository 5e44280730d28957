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
}
