using System.Net;

namespace Cierre;

/// <summary>Holds the HTTP answer of an opening handshake that failed.</summary>
/// <param name="StatusCode">The HTTP status, 100-599.</param>
/// <param name="Headers">The headers of the answer, in the order they came.</param>
/// <param name="Body">The start of the body, at most 4 KiB; untrusted bytes.</param>
public sealed record HttpRefusal(HttpStatusCode StatusCode, IReadOnlyList<KeyValuePair<string, string>> Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>The largest part of a body that is kept, in bytes.</summary>
    public const int MaxBodyBytes = 4096;
}
