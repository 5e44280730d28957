using Cierre.Closing;
using Xunit;

namespace Cierre.Browser.Tests;

public sealed class ConnectAttemptTests
{
    private static readonly TimeSpan Elapsed = TimeSpan.FromSeconds(3);

    [Fact]
    public void Opening_that_failed_has_its_record()
    {
        CloseRecord record = CloseRecord.NotOpened(new EndReason(CloseCause.ConnectionRefused, new CloseDetail("ConnectionRefused", "a:1")), TimeSpan.Zero);
        Assert.Same(record, ConnectAttempt.RecordOf(new WebSocketConnectException(record), EndReason.Requested, Elapsed));
    }

    [Fact]
    public void Opening_that_was_given_up_says_why()
    {
        CloseRecord record = ConnectAttempt.RecordOf(new OperationCanceledException(), EndReason.Requested, Elapsed);
        Assert.Equal((1006, CloseCause.Requested, EndedBy.Local, false, Elapsed), (record.Code, record.Cause, record.EndedBy, record.WasOpen, record.Elapsed));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_the_application_s_code_threw_is_named(bool cancelled)
    {
        // A cancellation that nobody of ours asked for is the application's, too.
        Exception thrown = cancelled ? new OperationCanceledException() : new InvalidOperationException("secret");
        CloseRecord record = ConnectAttempt.RecordOf(thrown, null, Elapsed);
        Assert.Equal((CloseCause.Aborted, false, Elapsed), (record.Cause, record.WasOpen, record.Elapsed));
        Assert.Same(thrown, record.Exception);
        Assert.Contains(thrown.GetType().Name, record.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", record.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task First_reason_for_giving_up_counts()
    {
        var attempt = new ConnectAttempt(UrlRecord.Parse("ws://127.0.0.1:9001/"), new WebSocketClientOptions());
        Assert.Null(attempt.GaveUp);
        attempt.GiveUp(EndReason.Requested);
        attempt.GiveUp(EndReason.Disposed);
        Assert.Same(EndReason.Requested, attempt.GaveUp);
        (WebSocketConnection? connection, CloseRecord? failure) = await attempt.RunAsync();
        Assert.Equal((null, CloseCause.Requested, CloseCause.Requested), (connection, failure!.Cause, attempt.NotWanted(EndReason.Disposed).Cause));
    }

    [Fact]
    public async Task Blocked_port_fails_the_attempt_without_an_exception()
    {
        (WebSocketConnection? connection, CloseRecord? failure) = await new ConnectAttempt(UrlRecord.Parse("ws://127.0.0.1:25/"), new WebSocketClientOptions()).RunAsync();
        Assert.Null(connection);
        Assert.Contains("25", failure!.Detail, StringComparison.Ordinal);
    }
}
