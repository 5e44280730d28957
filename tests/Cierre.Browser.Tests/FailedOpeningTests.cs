using Cierre.Closing;
using Xunit;

namespace Cierre.Browser.Tests;

public sealed class FailedOpeningTests
{
    private static readonly TimeSpan Elapsed = TimeSpan.FromSeconds(3);

    [Fact]
    public void Opening_that_failed_has_its_record()
    {
        CloseRecord record = CloseRecord.NotOpened(new EndReason(CloseCause.ConnectionRefused, new CloseDetail("ConnectionRefused", "a:1")), TimeSpan.Zero);
        Assert.Same(record, FailedOpening.RecordOf(new WebSocketConnectException(record), EndReason.Requested, Elapsed));
    }

    [Fact]
    public void Opening_that_was_given_up_says_why()
    {
        CloseRecord record = FailedOpening.RecordOf(new OperationCanceledException(), EndReason.Requested, Elapsed);
        Assert.Equal((1006, CloseCause.Requested, EndedBy.Local, false, Elapsed), (record.Code, record.Cause, record.EndedBy, record.WasOpen, record.Elapsed));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_the_application_s_code_threw_is_named(bool cancelled)
    {
        // A cancellation that nobody of ours asked for is the application's, too.
        Exception thrown = cancelled ? new OperationCanceledException() : new InvalidOperationException("secret");
        CloseRecord record = FailedOpening.RecordOf(thrown, null, Elapsed);
        Assert.Equal((CloseCause.Aborted, false, Elapsed), (record.Cause, record.WasOpen, record.Elapsed));
        Assert.Same(thrown, record.Exception);
        Assert.Contains(thrown.GetType().Name, record.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", record.Detail, StringComparison.Ordinal);
    }
}
