namespace Cierre.Transports;

internal enum TransportEndKind
{
    /// <summary>The peer ended its stream in order: TCP FIN, TLS close_notify, HTTP/2 END_STREAM.</summary>
    EndOfStream,

    /// <summary>The peer, or something in between, cut it: TCP RST, HTTP/2 RST_STREAM.</summary>
    Reset,

    /// <summary>We let go of it.</summary>
    Closed,

    /// <summary>Something else in this process cut it: the host, or whoever else holds the stream. A peer cannot dispose of our socket.</summary>
    CutHere,

    /// <summary>Anything else that a read or write can throw.</summary>
    Fault,
}

/// <summary>How a transport ended, as evidence for the record.</summary>
internal readonly record struct TransportEnd(TransportEndKind Kind, Exception? Exception = null)
{
    /// <inheritdoc cref="TransportEndKind.Reset"/>
    public static TransportEnd Reset(Exception exception) => new(TransportEndKind.Reset, exception);

    /// <inheritdoc cref="TransportEndKind.EndOfStream"/>
    public static TransportEnd EndOfStream => new(TransportEndKind.EndOfStream);

    /// <inheritdoc cref="TransportEndKind.Closed"/>
    public static TransportEnd Closed(Exception? exception = null) => new(TransportEndKind.Closed, exception);

    /// <inheritdoc cref="TransportEndKind.CutHere"/>
    public static TransportEnd CutHere(Exception exception) => new(TransportEndKind.CutHere, exception);

    /// <summary>What an exception of a read or write says about the end.</summary>
    public static TransportEnd Of(Exception exception) => TransportFault.EndOf(exception);
}
