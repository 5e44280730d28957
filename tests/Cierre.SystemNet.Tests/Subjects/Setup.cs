namespace Cierre.SystemNet.Tests.Subjects;

/// <summary>What a case asks of its connection.</summary>
public sealed record Setup
{
    /// <summary>The subprotocol that both sides agree on.</summary>
    public string? SubProtocol { get; init; }

    /// <summary>Whether permessage-deflate is agreed on, with its defaults: 15 bits, context takeover both ways.</summary>
    public bool Compressed { get; init; }

    /// <summary>How often the socket under test sends a keep-alive of its own; zero for never.</summary>
    public TimeSpan KeepAliveInterval { get; init; }

    /// <summary>How long it waits for the answer to one; zero for unsolicited pongs, which have no answer.</summary>
    public TimeSpan KeepAliveTimeout { get; init; }

    /// <summary>The clock by which a subject of ours measures its close timeout. The framework's own have none.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal WebSocketDeflateOptions? Deflate => Compressed ? new WebSocketDeflateOptions() : null;
}
