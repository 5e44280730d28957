using Cierre.Closing;
using Cierre.Telemetry;

namespace Cierre.Tests.Telemetry;

public sealed class CloseFaultTests
{
    [Theory]
    [InlineData(CloseCause.HandlerFailed, true, true)]
    [InlineData(CloseCause.UpstreamFailed, true, true)]
    [InlineData(CloseCause.EndOfStream, false, true)]
    [InlineData(CloseCause.ConnectionReset, false, true)]
    [InlineData(CloseCause.ProtocolViolation, false, true)]
    [InlineData(CloseCause.PingTimeout, false, true)]
    [InlineData(CloseCause.TlsFailed, false, true)]
    [InlineData(CloseCause.LoadShed, false, false)]
    [InlineData(CloseCause.HostStopping, false, false)]
    [InlineData(CloseCause.Requested, false, false)]
    [InlineData(CloseCause.Cancelled, false, false)]
    public void Cause_says_whose_error_it_is(CloseCause cause, bool onServer, bool onClient)
    {
        var record = new CloseRecord { Why = new EndReason(cause, new CloseDetail("HandlerFailed")) };
        Assert.Equal((onServer, onClient), (CloseFault.IsError(record, isClient: false), CloseFault.IsError(record, isClient: true)));
    }

    [Theory]
    [InlineData(1000, false)]
    [InlineData(1001, false)]
    [InlineData(1002, true)]
    [InlineData(1005, false)]
    [InlineData(1011, true)]
    [InlineData(1012, false)]
    [InlineData(1013, false)]
    [InlineData(1014, true)]
    [InlineData(3000, true)]
    [InlineData(4000, false)]
    public void Close_of_the_peer_is_an_error_to_a_client_only_and_by_its_code(ushort code, bool onClient)
    {
        var record = new CloseRecord { Code = code, Why = new EndReason(CloseCause.PeerClosed, new CloseDetail("HandlerFailed")) };
        Assert.Equal((false, onClient), (CloseFault.IsError(record, isClient: false), CloseFault.IsError(record, isClient: true)));
    }
}
