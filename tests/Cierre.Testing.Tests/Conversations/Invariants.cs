using System.Text;

namespace Cierre.Testing.Tests.Conversations;

/// <summary>What holds for every conversation, whatever the weather: docs/closing.md, looked at from outside.</summary>
internal static partial class Invariants
{
    // A deadline is met up to a tick of the wheel late, and there are two of them.
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(60);

    public static void OfOne(Party party)
    {
        CloseRecord record = party.Record;
        Wire wrote = party.Outgoing, came = party.Incoming;
        Check(party, wrote.Fault is null, $"broke a rule of framing: {wrote.Fault}");
        Check(party, !wrote.EndsInsideFrame, "wrote a part of a frame");

        // Section 2: code and reason are those of the first valid close frame that came, and nothing else.
        Check(party, record.Code == (record.Received?.Code ?? CloseCodes.AbnormalClosure), $"has the code {record.Code} though it received {record.Received?.ToString() ?? "no close frame"}");
        Check(party, record.Reason == (record.Received?.Reason ?? ""), $"has the reason '{record.Reason}' though it received {record.Received?.ToString() ?? "no close frame"}");
        Check(party, record.WasClean == (record.Sent is not null && record.Received is not null), $"says clean: {record.WasClean}, though it sent {record.Sent} and received {record.Received}");
        Check(party, record.Received is null || Same(record.Received, came), $"says it received {record.Received}, but the first close frame that came was {came.Close}");
        Check(party, record.Sent is null || Same(record.Sent, wrote), $"says it sent {record.Sent}, but the close frame it wrote was {wrote.Close}");

        // Section 3: the peer's close frame is answered with its code and without a reason, unless ours was on its way.
        bool answered = record is { EndedBy: EndedBy.Remote, Received: not null } && wrote.Close is not null;
        Check(party, !answered || party is PieceParty || (wrote.Close!.Value.CloseCode == record.Received!.Code && wrote.Close.Value.CloseReason.Length == 0), $"answered {record.Received} with {wrote.Close}");
        Check(party, record.EndedBy != EndedBy.Remote || record.Received is not null, "says the peer ended it, and received no close frame");
        Check(party, record.Cause != CloseCause.PeerClosed || record.EndedBy == EndedBy.Remote, $"says the peer closed and that it was ended by {record.EndedBy}");
        Check(party, record.EndedBy != EndedBy.Network || record is { Sent: null, Received: null }, "says the network ended it, after a close frame");

        bool waited = party.EndedAt is not null || (record.EndedBy == EndedBy.Local && record.Cause is not (CloseCause.ProtocolViolation or CloseCause.InvalidData));
        Check(party, waited || wrote.PongsBehindClose == 0, $"answered {wrote.PongsBehindClose} pings behind a close frame after which nothing is processed");

        // Messages: each once, in order, unchanged (that is seen when they come), and none that came behind a close.
        int last = party.ReadWhole;
        Check(party, last <= came.Messages, $"was handed {last} messages, though only {came.Messages} had come before the peer's close frame");
        Check(party, last <= party.CameBeforeEnd, $"was handed {last} messages, though only {party.CameBeforeEnd} had come when it closed");

        // Every wait has an end: one close timeout to the peer's frame, one to the end of the stream.
        if (party.EndedAt is { } at)
        {
            TimeSpan most = (party.Plan.Options.CloseTimeout * 2) + Slack;
            Check(party, party.RecordAt - at <= most, $"took {(party.RecordAt - at).TotalSeconds} s from its close to its record; {most.TotalSeconds} s is the most");
        }

        Check(party, record.Elapsed <= party.RecordAt, $"says it lived for {record.Elapsed}, but the whole took {party.RecordAt}");
        Check(party, record.Traffic.MessagesReceived >= last, $"counts {record.Traffic.MessagesReceived} messages received, but was handed {last}");
        // One counts as soon as its header is there.
        int begun = came.Frames + (came.EndsInsideFrame ? 1 : 0);
        Check(party, record.Traffic.FramesReceived <= begun, $"counts {record.Traffic.FramesReceived} frames received, but {begun} came");
        IsOneMoment(party, record);
    }

    /// <summary>A record is one moment: all that it counts from the opening had happened by then, so nothing in its words is less than nothing.</summary>
    private static void IsOneMoment(Party party, CloseRecord record)
    {
        ConnectionTraffic traffic = record.Traffic;
        (string What, TimeSpan? Time)[] times = [("received", traffic.LastReceived), ("sent", traffic.LastSent), ("sent a message", traffic.LastDataSent)];
        foreach ((string what, TimeSpan? time) in times)
        {
            Check(party, time is null || (time >= TimeSpan.Zero && time <= record.Elapsed), $"says it last {what} at {time}, and lived for {record.Elapsed}");
        }

        foreach (string culture in new[] { "", "es" })
        {
            string words = record.Explain(System.Globalization.CultureInfo.GetCultureInfo(culture));
            Check(party, words.Length > 0, "has no explanation");
            Check(party, !NegativeNumber().IsMatch(words), $"explains itself with a negative number: {words}");
        }
    }

    [System.Text.RegularExpressions.GeneratedRegex(@"(?<![\w.])[-\u2212]\d")]
    private static partial System.Text.RegularExpressions.Regex NegativeNumber();

    /// <summary>Where nothing was lost and nobody was impatient, both agree.</summary>
    public static void OfTwoInCalm(Party one, Party other)
    {
        foreach ((Party party, Party peer) in new[] { (one, other), (other, one) })
        {
            CloseRecord record = party.Record;
            Check(party, record.WasClean, $"did not close cleanly in calm weather: {record}");
            Check(party, record.Code == peer.Record.Sent!.Code && record.Reason == Cut(peer.Record.Sent.Reason), $"received {record.Received}, but the peer sent {peer.Record.Sent}");
            Check(party, record.EndedBy == EndedBy.Local || peer.Record.EndedBy == EndedBy.Local, "and its peer both say that the other ended it");
            Check(party, record.EndedBy != EndedBy.Local || party.EndedAt is not null, "says it ended the connection, which its application did not");
            Check(party, record.Traffic.FramesSent == party.Outgoing.Frames, $"counts {record.Traffic.FramesSent} frames sent, but wrote {party.Outgoing.Frames}");

            // Section 3.3: our close goes out behind what was sent before it. Where the peer did not close too, all of that has arrived.
            if (peer.Record.EndedBy != EndedBy.Remote) continue;
            Check(party, party.RefusedBeforeEnd == 0, $"closed, and {party.RefusedBeforeEnd} messages that waited before its close frame were refused");
            Check(peer, !peer.ReadsToTheEnd || peer.Received.Count >= party.AcceptedBeforeEnd, $"was handed {peer.Received.Count} of the {party.AcceptedBeforeEnd} messages that the {party.Name} had sent before it closed");
        }
    }

    private static bool Same(CloseFrame frame, Wire wire) =>
        wire.Close is { } close && close.CloseCode == frame.Code && close.CloseReason == Cut(frame.Reason);

    /// <summary>What fits into a close frame: 123 bytes, cut between two code points.</summary>
    private static string Cut(string reason)
    {
        if (Encoding.UTF8.GetByteCount(reason) <= CloseFrame.MaxReasonBytes) return reason;
        byte[] bytes = new byte[CloseFrame.MaxReasonBytes];
        Encoding.UTF8.GetEncoder().Convert(reason, bytes, flush: false, out _, out int used, out _);
        return Encoding.UTF8.GetString(bytes, 0, used);
    }

    private static void Check(Party party, bool holds, [System.Runtime.CompilerServices.InterpolatedStringHandlerArgument(nameof(holds))] Said what)
    {
        if (!holds) throw new Broken(party.Name, what.ToString());
    }

    /// <summary>A sentence that is put together only where it is needed.</summary>
    [System.Runtime.CompilerServices.InterpolatedStringHandler]
    internal readonly struct Said
    {
        private readonly StringBuilder? _text;

        public Said(int literalLength, int formattedCount, bool holds, out bool append)
        {
            append = !holds;
            _text = holds ? null : new StringBuilder(literalLength + (formattedCount * 8));
        }

        private Said(string text) => _text = new StringBuilder(text);

        public static implicit operator Said(string text) => new(text);

        public void AppendLiteral(string value) => _text!.Append(value);

        public void AppendFormatted<T>(T value) => _text!.Append(value);

        public override string ToString() => _text?.ToString() ?? "";
    }
}
