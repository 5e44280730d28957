using System.Net;
using Cierre.Closing;
using Xunit;

namespace Cierre.Tests.Closing;

public class CloseRecordTests
{
    private static EndReason Why(CloseCause cause) => new(cause, new CloseDetail("HttpAnswerBroken"));

    [Fact]
    public void Opening_that_failed_is_1006_and_never_was_open()
    {
        var record = CloseRecord.NotOpened(Why(CloseCause.ConnectionRefused), TimeSpan.FromSeconds(2));
        Assert.Equal((1006, false, false, EndedBy.Network), (record.Code, record.WasClean, record.WasOpen, record.EndedBy));
    }

    [Fact]
    public void TLS_handshake_that_failed_is_1015() => Assert.Equal(1015, CloseRecord.NotOpened(Why(CloseCause.TlsFailed), TimeSpan.Zero).Code);

    [Fact]
    public void Opening_that_we_cancelled_is_ours() => Assert.Equal(EndedBy.Local, CloseRecord.NotOpened(Why(CloseCause.Cancelled), TimeSpan.Zero).EndedBy);

    [Fact]
    public void HTTP_status_is_that_of_the_answer() =>
        Assert.Equal(HttpStatusCode.NotFound, CloseRecord.NotOpened(Why(CloseCause.HttpStatus), TimeSpan.Zero, new HttpRefusal(HttpStatusCode.NotFound, [], default)).HttpStatus);

    [Fact]
    public void Text_is_one_line_with_the_reason_quoted_and_escaped()
    {
        var record = new CloseRecord { Code = 1001, Reason = "a\n\"b\"", WasClean = true, Why = EndReason.PeerClosed };
        Assert.Equal("""1001 "a\n\"b\"" clean peer-closed""", record.ToString());
    }

    [Fact]
    public void Text_without_a_reason_has_no_quotation() => Assert.Equal("1006 unclean aborted", new CloseRecord { Why = EndReason.Aborted }.ToString());

    [Fact]
    public void Name_is_that_of_the_code() => Assert.Equal("Going Away", new CloseRecord { Code = 1001 }.CodeInfo.Name);
}
