using System.Collections.Immutable;
using Cierre.Closing;

namespace Cierre.Resuming;

/// <summary>What the two sides of a session tell each other besides messages: one JSON object behind the mark <c>!</c>, named by its first member.</summary>
internal abstract record ResumeControl
{
    public const string Subprotocol = "cierre.resume.v1";

    /// <summary>The version of the subprotocol that is spoken here.</summary>
    public const int Version = 1;

    /// <summary>The largest number that every implementation of JSON holds exactly.</summary>
    public const long MaxNumber = 1L << 53;

    /// <summary>The largest control message, with its mark.</summary>
    public const int MaxSize = 64 * 1024;

    /// <summary>How many topics one message may name.</summary>
    public const int MaxTopics = 1_000;

    /// <summary>A client begins a session.</summary>
    /// <param name="Topics">Where topics go on that were followed in a session before.</param>
    public sealed record Hello(ImmutableDictionary<string, TopicCursor> Topics) : ResumeControl;

    /// <summary>A client goes on with its session over a new connection.</summary>
    /// <param name="Token">What the server gave it last.</param>
    /// <param name="Got">How many messages of the server have come to it.</param>
    /// <param name="Acknowledged">How many of its own the server has said to have taken.</param>
    /// <param name="Sent">How many it has sent; null: it does not say.</param>
    /// <param name="Topics">Where its topics go on.</param>
    /// <param name="Last">How the last connection ended for it; null: it does not say.</param>
    public sealed record Resume(string Token, long Got, long Acknowledged, long? Sent, ImmutableDictionary<string, TopicCursor> Topics, LastEnd? Last)
        : ResumeControl;

    /// <summary>A session has begun.</summary>
    /// <param name="Id">The session's, for logs.</param>
    /// <param name="Node">The server's name among those that share sessions.</param>
    /// <param name="Token">What the client is to resume with.</param>
    /// <param name="Window">How long the session is kept without a connection.</param>
    /// <param name="Level">What it survives: node, cluster, durable.</param>
    /// <param name="Limits">How much either side may send ahead.</param>
    public sealed record Session(string Id, string Node, string Token, TimeSpan Window, string Level, ResumeLimits Limits) : ResumeControl;

    /// <summary>A session goes on.</summary>
    /// <param name="Got">How many messages of the client have come: it repeats those behind.</param>
    /// <param name="Replay">How many messages follow that the client has not got.</param>
    /// <param name="Node">Where it goes on.</param>
    /// <param name="Token">The new token.</param>
    public sealed record Resumed(long Got, long Replay, string Node, string Token) : ResumeControl;

    /// <summary>The session is lost.</summary>
    /// <param name="Reason">One of <see cref="LossReason"/>.</param>
    public sealed record Lost(string Reason) : ResumeControl;

    /// <summary>The application ended the session while the client was away.</summary>
    public sealed record Ended(CloseFrame Close) : ResumeControl;

    /// <summary>What follows of a topic, and under which number.</summary>
    /// <param name="Id">Its number on this connection.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="At">The message that the next one follows.</param>
    public sealed record Topic(int Id, string Name, TopicCursor At) : ResumeControl;

    /// <summary>Messages of a topic are missing.</summary>
    /// <param name="Name">Of which.</param>
    /// <param name="From">The first that is missing; null: it is another log.</param>
    /// <param name="To">The last that is missing.</param>
    /// <param name="At">Where it goes on.</param>
    /// <param name="Reason">One of <see cref="GapReason"/>.</param>
    public sealed record Gap(string Name, long? From, long? To, TopicCursor At, string Reason) : ResumeControl;

    /// <summary>When to come back after the close that follows.</summary>
    /// <param name="Earliest">The delay is random, and at least this.</param>
    /// <param name="Latest">And at most this.</param>
    public sealed record Retry(TimeSpan Earliest, TimeSpan Latest) : ResumeControl;

    /// <summary>How a connection ended for the client.</summary>
    public sealed record LastEnd(int Code, string Cause, long OpenMilliseconds);
}

/// <summary>Why messages of a topic are missing.</summary>
internal static class GapReason
{
    /// <summary>The log does not keep them any more.</summary>
    public const string Trimmed = "trimmed";

    /// <summary>The log is another one.</summary>
    public const string Epoch = "epoch";
}
