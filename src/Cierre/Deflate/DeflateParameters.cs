using System.IO.Compression;

namespace Cierre.Deflate;

/// <summary>What was agreed for the messages of one side: how far back they may refer, and whether beyond their own beginning.</summary>
internal readonly record struct DeflateDirection(int WindowBits, bool Takeover)
{
    public static readonly DeflateDirection Full = new(DeflateOptions.MostWindowBits, Takeover: true);
}

/// <summary>The four parameters of permessage-deflate as they were agreed, two a direction. RFC 7692 7.1.</summary>
internal sealed record DeflateParameters(DeflateDirection Server, DeflateDirection Client)
{
    /// <summary>What one end keeps to: the agreement seen from its side, and its own settings.</summary>
    public DeflateTerms For(bool server, DeflateOptions options) => server
        ? new DeflateTerms(Server, Client, options.Level, options.Threshold)
        : new DeflateTerms(Client, Server, options.Level, options.Threshold);
}

/// <summary>How one end of a connection compresses what it sends and inflates what it gets.</summary>
internal sealed record DeflateTerms(DeflateDirection Sending, DeflateDirection Receiving, CompressionLevel Level, int Threshold);
