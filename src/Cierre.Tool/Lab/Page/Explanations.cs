using Cierre.Tool.Lab.Runs;

namespace Cierre.Tool.Lab.Page;

/// <summary>Why the columns of an outcome are not the same, as keys of the page's sentences.</summary>
internal static class Explanations
{
    public static IReadOnlyList<string> Of(Outcome outcome)
    {
        List<string> keys = [];
        if (outcome.Situation.Program is { } program) keys.Add(program.Comparison);
        (CloseRecord? client, CloseRecord? server, ReceivedEvent? browser) = (outcome.Client, outcome.Server, outcome.Page?.Event);
        if (client is null && server is not null) keys.Add("raw-client-record");
        if (client is { WasOpen: true } && server is null) keys.Add("raw-server");
        if (client is { WasOpen: false } && server is null) keys.Add("never-opened");
        if (client is not null && server is not null) keys.AddRange(BetweenRecords(client, server));
        if (browser?.Order.Contains("error") == true) keys.Add("error-event");
        if (browser?.Code == CloseCodes.AbnormalClosure) keys.Add("browser-says-1006");
        if (browser is { Code: null }) keys.Add("nobody-there");
        if (outcome.Page?.Server is { EndedBy: EndedBy.Local, Reason.Length: > 0 } answered
            && answered.Received == answered.Sent) keys.Add("browser-repeats-reason");
        return keys;
    }

    private static IEnumerable<string> BetweenRecords(CloseRecord client, CloseRecord server)
    {
        // RFC 6455 7.1.7: who fails the connection sends a code that is true for the other only.
        bool failed = FailedFor(client, server) || FailedFor(server, client);
        if (failed) yield return "failed-is-1006";
        else if (client.Code != server.Code) yield return client.Received is not null && server.Received is not null ? "both-closed" : "seen-differently";
        else if (client.Reason != server.Reason) yield return "answer-has-no-reason";
        if (client.Cause != server.Cause && !failed) yield return "causes";
    }

    private static bool FailedFor(CloseRecord one, CloseRecord other) =>
        one.Code == CloseCodes.AbnormalClosure && one.Sent is { } sent && other.Received is { } received && sent.Code == received.Code;
}
