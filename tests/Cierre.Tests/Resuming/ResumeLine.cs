using System.Collections.Immutable;
using System.Text;
using Cierre.Closing;
using Cierre.Resuming;

namespace Cierre.Tests.Resuming;

/// <summary>A connection that carries a session, in memory: what each side wrote and the other has not read.</summary>
internal sealed class ResumeLine
{
    public Queue<(WebSocketOpcode Kind, byte[] Message)> ToServer { get; } = [];

    public Queue<(WebSocketOpcode Kind, byte[] Message)> ToClient { get; } = [];

    /// <summary>Where the client writes.</summary>
    public IResumeOutput Client => new Half(ToServer);

    /// <summary>Where the server writes.</summary>
    public IResumeOutput Server => new Half(ToClient);

    /// <summary>With what the server closes it behind all that it wrote; null: it does not.</summary>
    public CloseFrame? CloseBehind { get; set; }

    /// <summary>Whether each side believes that it is open.</summary>
    public bool ClientHasIt { get; set; } = true;

    /// <inheritdoc cref="ClientHasIt"/>
    public bool ServerHasIt { get; set; } = true;

    /// <summary>Where no connection is.</summary>
    public static IResumeOutput Nowhere { get; } = new Half([]);

    /// <summary>The record of a connection that was lost, or closed.</summary>
    public static CloseRecord Record(int code = 1006, bool wasClean = false, EndedBy by = EndedBy.Network, CloseFrame? sent = null, CloseFrame? received = null) => new()
    {
        Code = (ushort)code, WasClean = wasClean, EndedBy = by, Why = EndReason.Aborted, Sent = sent, Received = received, Elapsed = TimeSpan.FromSeconds(1),
    };

    private sealed class Half(Queue<(WebSocketOpcode, byte[])> queue) : IResumeOutput
    {
        public void Write(WebSocketOpcode kind, ReadOnlySpan<byte> message, bool compressible = true) => queue.Enqueue((kind, message.ToArray()));
    }
}
