using Cierre.Deflate;

namespace Cierre.Opening;

/// <summary>What a client makes of the answer: the connection is open, or it never was.</summary>
internal abstract record ClientHandshakeResult
{
    private ClientHandshakeResult()
    {
    }

    /// <summary>
    /// The answer is a good one. Each of <paramref name="Extensions"/> was offered; <paramref name="Deflate"/> is what they say of
    /// compression, null for none.
    /// </summary>
    internal sealed record Accepted(string? Subprotocol, IReadOnlyList<ExtensionOffer> Extensions, DeflateParameters? Deflate) : ClientHandshakeResult;

    /// <summary>The opening failed; the sentence names the broken rule.</summary>
    internal sealed record Failed(HandshakeFailureKind Kind, HandshakeSentence Sentence) : ClientHandshakeResult;
}

/// <summary>The cause of a failed opening, as a close record names it.</summary>
internal enum HandshakeFailureKind
{
    /// <summary>The server answered 3xx, 4xx or 5xx.</summary>
    HttpStatus,

    /// <summary>The server answered something that is neither a refusal nor a valid handshake.</summary>
    BadHandshake,
}

/// <summary>A sentence as the key of its text and the arguments that go into it, so that one fact can be told in every language.</summary>
internal readonly record struct HandshakeSentence(string Key, object[] Arguments);
