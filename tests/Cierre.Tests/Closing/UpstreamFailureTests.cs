using Cierre.Closing;
using Xunit;

namespace Cierre.Tests.Closing;

public sealed class UpstreamFailureTests
{
    /// <summary>Out of sockets at this end, say: nobody refused.</summary>
    [Theory]
    [InlineData("ConnectionRefused", "UpstreamRefused")]
    [InlineData("ConnectionRefusedTried", "UpstreamRefused")]
    [InlineData("NotConnected", "UpstreamNotOpened")]
    [InlineData("ApplicationThrew", "UpstreamNotOpened")]
    public void Refusal_is_claimed_only_where_there_was_one(string detail, string key)
    {
        CloseRecord record = CloseRecord.NotOpened(new EndReason(CloseCause.ConnectionRefused, new CloseDetail(detail, "h:1", "x")), TimeSpan.Zero);
        Assert.Equal(key, UpstreamFailure.Of(record).Key);
    }
}
