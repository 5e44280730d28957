using Cierre.Resuming;

namespace Cierre.Topics;

/// <summary>A message in the log of a topic.</summary>
/// <param name="Offset">From 1 on, without a gap.</param>
/// <param name="Tag">What tells it from another one that got the same number.</param>
/// <param name="Payload">Never changes.</param>
internal sealed record TopicEntry(long Offset, ushort Tag, WebSocketOpcode Kind, ReadOnlyMemory<byte> Payload);

/// <summary>What follows a place in a log.</summary>
/// <param name="At">The place: the one that was asked for, or where the log goes on behind what is missing.</param>
/// <param name="Entries">What follows it, as far as was asked for; none: it is the end.</param>
/// <param name="Missing">What a reader at the place that was asked for misses; null: nothing.</param>
internal sealed record TopicPage(TopicCursor At, IReadOnlyList<TopicEntry> Entries, TopicLoss? Missing);

/// <summary>Messages that a log does not have for a reader.</summary>
/// <param name="From">The first; null: it is another log.</param>
/// <param name="To">The last; null: it is another log.</param>
/// <param name="Reason">One of <see cref="GapReason"/>.</param>
internal sealed record TopicLoss(long? From, long? To, string Reason);
