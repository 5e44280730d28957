using Cierre.Closing;

namespace Cierre.Telemetry;

// A connection that this process only passes on: it has no driver that counts for it and makes its record.
internal sealed partial class ConnectionTelemetry
{
    /// <summary>As <see cref="OfServer"/>, without a span: the request's own is there, and that of who passes it on.</summary>
    public static ConnectionTelemetry OfRelay(string route, TimeProvider time, Action<Exception> failed) =>
        new(ConnectionGroup.OfServer(route), span: null, time, failed);

    /// <param name="counts">Messages and bytes of both directions, asked for whenever somebody collects.</param>
    public void Opened(Func<Passed> counts) => Opened(new Relay(counts), subprotocol: null);

    /// <summary>The connection ended.</summary>
    /// <param name="received">The client's close frame.</param>
    /// <param name="sent">The one that went to the client.</param>
    /// <param name="why">The first thing that happened.</param>
    /// <param name="lost">How the stream ended, where close frames did not go both ways.</param>
    /// <param name="elapsed">How long it lived.</param>
    /// <param name="last">The counts to the end.</param>
    /// <returns>Its record.</returns>
    public CloseRecord Closed(CloseFrame? received, CloseFrame? sent, EndReason? why, EndReason lost, TimeSpan elapsed, in Passed last)
    {
        bool wasClean = received is not null && sent is not null;
        EndReason first = why is null ? lost : wasClean ? why : why.Then(lost);
        var record = new CloseRecord
        {
            Code = received?.Code ?? CloseCodes.AbnormalClosure,
            Reason = received?.Reason ?? "",
            WasClean = wasClean,
            Sent = sent,
            Received = received,
            ReceivedFirst = why?.Cause == CloseCause.PeerClosed,
            EndedBy = why is null ? lost.EndedBy : why.Cause == CloseCause.PeerClosed ? EndedBy.Remote : EndedBy.Local,
            Why = first,
            Elapsed = elapsed,
        };
        Closed(record, new ConnectionCounts(last.MessagesReceived, last.MessagesSent, last.BytesReceived, last.BytesSent));
        return record;
    }

    /// <summary>What has passed so far: received of the client, sent to it.</summary>
    public readonly record struct Passed(long MessagesReceived, long MessagesSent, long BytesReceived, long BytesSent);

    private sealed class Relay(Func<Passed> counts) : IMeasured
    {
        public ConnectionCounts Counts
        {
            get
            {
                Passed now = counts();
                return new ConnectionCounts(now.MessagesReceived, now.MessagesSent, now.BytesReceived, now.BytesSent);
            }
        }
    }
}
