using System.IO.Compression;

namespace Cierre;

/// <summary>Sets how messages are compressed with permessage-deflate, in either role. RFC 7692.</summary>
/// <remarks>Do not compress secrets in one message, or with context takeover in one direction, beside text that an attacker chooses: the length on the wire
/// then tells what the secret is (CRIME, BREACH). A send that must not be compressed says so.</remarks>
public sealed class DeflateOptions
{
    /// <summary>The largest window: 2^15 bytes, all that DEFLATE knows. RFC 1951 2.</summary>
    internal const int MostWindowBits = 15;

    private const int LeastWindowBits = 8;

    /// <summary>Creates options with the defaults.</summary>
    public DeflateOptions() { }

    /// <summary>Copies options. No later change of one reaches the other.</summary>
    /// <param name="other">What is copied; nothing of it is changed.</param>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public DeflateOptions(DeflateOptions other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Level = other.Level;
        Threshold = other.Threshold;
        ServerContextTakeover = other.ServerContextTakeover;
        ClientContextTakeover = other.ClientContextTakeover;
        ServerMaxWindowBits = other.ServerMaxWindowBits;
        ClientMaxWindowBits = other.ClientMaxWindowBits;
    }

    /// <summary>How hard the sender tries; default <see cref="CompressionLevel.Fastest"/>, which costs a fraction of the others for a few per cent of
    /// size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not one of the levels.</exception>
    public CompressionLevel Level
    {
        get;
        set
        {
            if (!Enum.IsDefined(value)) throw new ArgumentOutOfRangeException(nameof(Level), value, "One of the levels of CompressionLevel.");
            field = value;
        }
    } = CompressionLevel.Fastest;

    /// <summary>The smallest message that is compressed, in bytes; default 256. One that is sent as a stream is compressed whatever its size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int Threshold
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(Threshold));
            field = value;
        }
    } = 256;

    /// <summary>Whether the server's messages may refer to its earlier ones; default false. True: similar small messages shrink to a fraction, and a context
    /// stays in memory on both sides. RFC 7692 7.1.1.1.</summary>
    public bool ServerContextTakeover { get; set; }

    /// <summary>Whether the client's messages may refer to its earlier ones; default false. RFC 7692 7.1.1.2.</summary>
    public bool ClientContextTakeover { get; set; }

    /// <summary>How far back the server's messages may refer: 2^N bytes, 8-15; default 15. RFC 7692 7.1.2.1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 8-15.</exception>
    public int ServerMaxWindowBits
    {
        get;
        set => field = CheckBits(value, nameof(ServerMaxWindowBits));
    } = MostWindowBits;

    /// <summary>How far back the client's messages may refer: 2^N bytes, 8-15; default 15. RFC 7692 7.1.2.2.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 8-15.</exception>
    public int ClientMaxWindowBits
    {
        get;
        set => field = CheckBits(value, nameof(ClientMaxWindowBits));
    } = MostWindowBits;

    internal static bool IsWindowBits(int value) => value is >= LeastWindowBits and <= MostWindowBits;

    private static int CheckBits(int value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, LeastWindowBits, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MostWindowBits, name);
        return value;
    }
}
