using System.Net;

namespace Cierre;

/// <summary>Holds the HTTP answer of an opening handshake that failed.</summary>
public sealed class HttpRefusal
{
    /// <summary>The largest part of a body that is kept, in bytes.</summary>
    public const int MaxBodyBytes = 4096;

    internal HttpRefusal(HttpStatusCode statusCode, IReadOnlyList<KeyValuePair<string, string>> headers, ReadOnlyMemory<byte> body)
    {
        StatusCode = statusCode;
        Headers = headers;
        Body = body;
    }

    /// <summary>The HTTP status, 100-599.</summary>
    public HttpStatusCode StatusCode { get; }

    /// <summary>The headers of the answer, in the order they came.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; }

    /// <summary>The start of the body, at most 4 KiB; untrusted bytes.</summary>
    public ReadOnlyMemory<byte> Body { get; }
}
