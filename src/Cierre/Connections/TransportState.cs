using Cierre.Transports;

namespace Cierre.Connections;

/// <summary>Where the transport of a connection stands, with exactly what is known there.</summary>
internal abstract record TransportState
{
    private TransportState() { }

    /// <summary>Bytes pass both ways.</summary>
    public sealed record Live : TransportState
    {
        public static readonly Live Instance = new();
    }

    /// <summary>Nothing is read, because nobody takes what comes.</summary>
    public sealed record Paused : TransportState
    {
        public static readonly Paused Instance = new();
    }

    /// <summary>Our direction ends as soon as what is written is with the kernel.</summary>
    public sealed record SendEnding : TransportState
    {
        public static readonly SendEnding Instance = new();
    }

    /// <summary>Our direction has ended; the peer's is read to its end.</summary>
    public sealed record SendEnded : TransportState
    {
        public static readonly SendEnded Instance = new();
    }

    /// <summary>Nothing reaches the peer any more. What it sent before is still read, its close frame perhaps, and the wait for its end is bounded.</summary>
    /// <param name="Fault">What the send met.</param>
    /// <param name="Deadline">When the wait ends.</param>
    /// <param name="IsPaused">Nothing is read, because nobody takes what comes.</param>
    /// <param name="IsShut">Our direction was ended nevertheless: some streams end as a whole with it.</param>
    public sealed record OutputBroken(TransportEnd Fault, TimeSpan Deadline, bool IsPaused = false, bool IsShut = false) : TransportState;

    /// <summary>The stream has ended, and a flush is under way that has our close frame.</summary>
    public sealed record Ending(TransportEnd End) : TransportState;

    /// <summary>We let go, or cut; the transport says when its end is there.</summary>
    /// <param name="Fault">What a send had met before; null: nothing.</param>
    public sealed record LettingGo(TransportEnd? Fault) : TransportState;

    /// <summary>The stream has ended, and everything is being given back.</summary>
    public sealed record Releasing(TransportEnd End) : TransportState;

    /// <summary>The transport is somebody else's.</summary>
    public sealed record Gone : TransportState
    {
        public static readonly Gone Instance = new();
    }
}
