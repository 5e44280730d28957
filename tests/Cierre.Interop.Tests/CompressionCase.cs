using System.Text.Json.Nodes;

namespace Cierre.Interop.Tests;

/// <summary>The combinations of takeover and windows that every peer is tried with. Written as if the server were ours.</summary>
public static class CompressionCase
{
    // A window of 8 bits we can send with; zlib itself cannot, so no peer is asked to.
    private static readonly (int Ours, int Theirs)[] Windows = [(15, 15), (8, 12), (9, 9), (12, 10)];

    public static IReadOnlyList<DeflateOptions> All { get; } =
    [
        .. from takeovers in Enumerable.Range(0, 4)
           from window in Windows
           select new DeflateOptions
           {
               Threshold = 0,
               ServerContextTakeover = (takeovers & 1) != 0,
               ClientContextTakeover = (takeovers & 2) != 0,
               ServerMaxWindowBits = window.Ours,
               ClientMaxWindowBits = window.Theirs,
           },
    ];

    /// <summary>The same where the peer has this role: ours stays ours.</summary>
    public static DeflateOptions Options(DeflateOptions ours, PeerRole peer) => peer == PeerRole.Client ? ours : new DeflateOptions
    {
        Threshold = ours.Threshold,
        ServerContextTakeover = ours.ClientContextTakeover,
        ClientContextTakeover = ours.ServerContextTakeover,
        ServerMaxWindowBits = ours.ClientMaxWindowBits,
        ClientMaxWindowBits = ours.ServerMaxWindowBits,
    };

    /// <summary>As the peers' scripts take it.</summary>
    public static JsonObject Json(DeflateOptions options) => new()
    {
        ["serverNoContextTakeover"] = !options.ServerContextTakeover,
        ["clientNoContextTakeover"] = !options.ClientContextTakeover,
        ["serverMaxWindowBits"] = options.ServerMaxWindowBits,
        ["clientMaxWindowBits"] = options.ClientMaxWindowBits,
    };
}
