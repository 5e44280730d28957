using Cierre.Transports;

namespace Cierre.Connections;

/// <summary>What can happen to the transport of a connection, or is asked of it.</summary>
internal abstract record TransportInput
{
    private TransportInput() { }

    /// <summary>Nobody takes what comes.</summary>
    public sealed record Full : TransportInput
    {
        public static readonly Full Instance = new();
    }

    /// <summary>What comes is taken again.</summary>
    public sealed record Room : TransportInput
    {
        public static readonly Room Instance = new();
    }

    /// <summary>The last frame of ours is decided, and our direction is ours to end.</summary>
    public sealed record LastFrame : TransportInput
    {
        public static readonly LastFrame Instance = new();
    }

    /// <summary>Everything that was written is with the kernel.</summary>
    public sealed record Drained : TransportInput
    {
        public static readonly Drained Instance = new();
    }

    /// <summary>A flush is over.</summary>
    public sealed record Flushed : TransportInput
    {
        public static readonly Flushed Instance = new();
    }

    /// <summary>A flush failed: nothing reaches the peer any more.</summary>
    public sealed record SendFailed(TransportEnd Fault) : TransportInput;

    /// <summary>The transport says that nothing comes any more.</summary>
    /// <param name="End">How it ended.</param>
    /// <param name="BehindFlush">Our close frame is in the flush that is under way: whether it got out decides whether the close was clean.</param>
    public sealed record StreamEnded(TransportEnd End, bool BehindFlush) : TransportInput;

    /// <summary>Some time passed.</summary>
    public sealed record Tick : TransportInput
    {
        public static readonly Tick Instance = new();
    }

    /// <summary>The peer sends more than is read of it behind the last frame.</summary>
    public sealed record Flooded : TransportInput
    {
        public static readonly Flooded Instance = new();
    }

    /// <summary>The record is final though the stream has not ended: the peer let its time pass.</summary>
    public sealed record Late : TransportInput
    {
        public static readonly Late Instance = new();
    }

    /// <summary>The application cuts the connection.</summary>
    public sealed record Abort : TransportInput
    {
        public static readonly Abort Instance = new();
    }

    /// <summary>Everything was given back.</summary>
    public sealed record Released : TransportInput
    {
        public static readonly Released Instance = new();
    }
}
