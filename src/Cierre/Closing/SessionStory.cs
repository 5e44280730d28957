using System.Globalization;
using Cierre.Closing;

namespace Cierre;

/// <summary>Tells how a session went that survives its connections: the connections that carried it, the pauses between them, and what was repeated.</summary>
public sealed class SessionStory
{
    internal SessionStory(string id, IReadOnlyList<SessionConnection> connections, int count, string? lost) =>
        (Id, Connections, ConnectionCount, Lost) = (id, connections, count, lost);

    /// <summary>The session's name in logs. It opens nothing.</summary>
    public string Id { get; }

    /// <summary>The last 8 connections that carried the session, the oldest first.</summary>
    public IReadOnlyList<SessionConnection> Connections { get; }

    /// <summary>How many connections carried the session.</summary>
    public int ConnectionCount { get; }

    /// <summary>Why the session was lost: <c>expired</c>, <c>node-lost</c>, <c>rolled-back</c>, <c>buffer-full</c>, <c>unknown</c>, or
    /// <c>given-up</c> where this side tried, or waited for, no further connection; null where it was ended by
    /// either side, so that nothing is missing.</summary>
    public string? Lost { get; }

    /// <summary>Tells the story in words, one connection a line.</summary>
    /// <param name="culture">The language: Spanish for <c>es</c> and its regions, English for all others; null takes
    /// <see cref="CultureInfo.CurrentUICulture"/>.</param>
    /// <returns>Several lines, without a trailing line end.</returns>
    public string Explain(CultureInfo? culture = null) => SessionExplanation.Of(this, culture ?? CultureInfo.CurrentUICulture);

    /// <summary>The id, the number of connections, and whether the session was lost.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id} {ConnectionCount}{(Lost is null ? "" : $" lost: {Lost}")}");
}
