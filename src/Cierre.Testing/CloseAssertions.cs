using Cierre.Testing.Assertions;

namespace Cierre.Testing;

/// <summary>Expectations about how a connection ended, for any test framework: what differs is said in one sentence each, with the record's own
/// explanation.</summary>
public static class CloseAssertions
{
    /// <summary>Expects a clean close: frames went both ways.</summary>
    /// <param name="record">The record.</param>
    /// <param name="code">The code of the connection, which is that of the frame received.</param>
    /// <param name="reason">The reason received; null for any.</param>
    /// <returns>The record.</returns>
    /// <exception cref="CloseAssertionException">It ended otherwise.</exception>
    public static CloseRecord ShouldBeClean(this CloseRecord record, ushort code = CloseCodes.NormalClosure, string? reason = null) =>
        record.ShouldHave(code: code, clean: true, reason: reason);

    /// <summary>Expects that the connection was lost: 1006, because no valid close frame came.</summary>
    /// <param name="record">The record.</param>
    /// <param name="cause">The first thing that happened, such as <see cref="CloseCause.ConnectionReset"/>; null for any.</param>
    /// <returns>The record.</returns>
    /// <exception cref="CloseAssertionException">It ended otherwise.</exception>
    public static CloseRecord ShouldBeLost(this CloseRecord record, CloseCause? cause = null) =>
        record.ShouldHave(code: CloseCodes.AbnormalClosure, clean: false, cause: cause);

    /// <summary>Expects that this side failed the connection because the peer broke the protocol: 1006 here, and a close frame that says why. RFC 6455
    /// 7.1.7.</summary>
    /// <param name="record">The record.</param>
    /// <param name="sent">The code of the close frame that was sent: 1002, 1007 or 1009.</param>
    /// <param name="detail">A part of the sentence that names the evidence; null for any.</param>
    /// <returns>The record.</returns>
    /// <exception cref="CloseAssertionException">It ended otherwise.</exception>
    public static CloseRecord ShouldHaveFailed(this CloseRecord record, ushort sent = CloseCodes.ProtocolError, string? detail = null) =>
        record.ShouldHave(code: CloseCodes.AbnormalClosure, clean: false, sent: sent, endedBy: EndedBy.Local, detail: detail);

    /// <summary>Expects what is given, and nothing of what is not.</summary>
    /// <param name="record">The record.</param>
    /// <param name="code">The code of the connection.</param>
    /// <param name="reason">The reason received.</param>
    /// <param name="clean">Whether the close was clean.</param>
    /// <param name="sent">The code of our close frame; 0 for none.</param>
    /// <param name="received">The code of the peer's close frame; 0 for none.</param>
    /// <param name="endedBy">Who decided first.</param>
    /// <param name="cause">The first thing that happened.</param>
    /// <param name="detail">A part of the sentence that names the evidence.</param>
    /// <returns>The record.</returns>
    /// <exception cref="CloseAssertionException">Something differs; all that does is named.</exception>
    public static CloseRecord ShouldHave(
        this CloseRecord record, ushort? code = null, string? reason = null, bool? clean = null, ushort? sent = null, ushort? received = null,
        EndedBy? endedBy = null, CloseCause? cause = null, string? detail = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        var differences = new Differences();
        differences.Compare("the code", Words.Code(code, record), Words.Code(record.Code, record)!);
        differences.Compare("the reason", Words.Quote(reason), Words.Quote(record.Reason)!);
        differences.Compare("the close", Words.Clean(clean), Words.Clean(record.WasClean)!);
        differences.Compare("our close frame", Words.Frame(sent, record), Words.Frame(record.Sent?.Code ?? 0, record)!);
        differences.Compare("the close frame received", Words.Frame(received, record), Words.Frame(record.Received?.Code ?? 0, record)!);
        differences.Compare("ended by", Words.By(endedBy), Words.By(record.EndedBy)!);
        differences.Compare("the cause", cause?.ToString(), record.Cause.ToString());
        if (detail is not null && !record.Detail.Contains(detail, StringComparison.Ordinal))
            differences.Add("the detail", "something with " + Words.Quote(detail), Words.Quote(record.Detail)!);
        return differences.Any ? throw new CloseAssertionException(differences.ToString(record), record) : record;
    }

    /// <summary>Waits for the end of a connection, at most as long as given, and expects nothing else of it.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="within">How long, on <paramref name="time"/>; null for 10 s.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <returns>The record.</returns>
    /// <exception cref="TimeoutException">It is open still, or has not come to its end.</exception>
    public static async Task<CloseRecord> ShouldEndAsync(this WebSocketConnection connection, TimeSpan? within = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        TimeSpan wait = within ?? TimeSpan.FromSeconds(10);
        using var waiting = new CancellationTokenSource();
        time ??= TimeProvider.System;
        // In a task of its own: WhenAny goes on with that one in place, with the connection's on the pool, where no simulation is.
        Task<CloseRecord> end = EndAsync();
        if (await Task.WhenAny(end, Task.Delay(wait, time, waiting.Token)) != end)
        {
            string state = connection.IsOpen ? "it is open, and nobody has begun a close" : "its close was begun and has not come to an end";
            throw new TimeoutException($"Expected the connection to end within {wait.TotalSeconds:0.###} s, but {state}.");
        }

        await waiting.CancelAsync();
        return await end;

        async Task<CloseRecord> EndAsync() => await connection.Closed;
    }
}
