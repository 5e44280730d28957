namespace Cierre.Testing.Tests.Conversations;

/// <summary>One application with its connection, and what it saw.</summary>
internal abstract class Party(string name, Plan plan, Wire outgoing, Wire incoming)
{
    public string Name => name;

    public Plan Plan => plan;

    /// <summary>What this side writes.</summary>
    public Wire Outgoing => outgoing;

    /// <summary>What has arrived here.</summary>
    public Wire Incoming => incoming;

    public CloseRecord Record { get; protected set; } = null!;

    public TimeSpan RecordAt { get; protected set; }

    /// <summary>When this side asked for the end first; null: it did not.</summary>
    public TimeSpan? EndedAt { get; protected set; }

    /// <summary>How many messages had come when this side asked for the end: what comes later is dropped.</summary>
    public int CameBeforeEnd { get; protected set; } = int.MaxValue;

    public abstract IReadOnlyList<Message> Received { get; }

    /// <summary>How many messages were handed out up to the last that was read whole: one that is skipped may have been cut.</summary>
    public int ReadWhole => Received.Select((message, index) => message.IsSkipped ? 0 : index + 1).DefaultIfEmpty(0).Max();

    /// <summary>How many messages were sent whole before this side asked for the end, and neither cancelled nor refused.</summary>
    public abstract int AcceptedBeforeEnd { get; }

    /// <summary>How many of them were refused after all. An unfinished message is cut off by the close, and what waits behind it with it.</summary>
    public abstract int RefusedBeforeEnd { get; }

    /// <summary>Whether all that came before the peer's close frame is handed out.</summary>
    public virtual bool ReadsToTheEnd => true;

    /// <summary>The other application; null where a raw peer speaks.</summary>
    public Party? Peer { get; set; }

    public abstract Task PlayAsync();

    /// <summary>What the peer is handed as its message of this number.</summary>
    public abstract Message NextFor(int index);
}
