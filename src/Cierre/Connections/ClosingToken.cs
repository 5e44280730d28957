using System.Diagnostics.CodeAnalysis;
using Cierre.Callbacks;

namespace Cierre.Connections;

/// <summary>The token that says that the connection ends, made for whoever asks first. Guarded by the connection's lock, but for
/// <see cref="Foreign"/>.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A source without timer or wait handle holds nothing that needs disposal.")]
internal struct ClosingToken
{
    private CancellationTokenSource? _source;

    /// <summary>Another token that is cancelled with this one, in whose place a handler has it.</summary>
    public CancellationToken OfHandler { readonly get; set; }

    public CancellationToken Token(bool isOpen)
    {
        if (_source is null)
        {
            _source = new CancellationTokenSource();
            if (!isOpen) _source.Cancel();
        }

        return _source.Token;
    }

    /// <summary>What was registered with the token runs on the pool, and is the application's.</summary>
    public readonly void Cancel(Action<Exception>? failed)
    {
        if (_source is { IsCancellationRequested: false } source) Guarded.Watch(source.CancelAsync(), failed);
    }

    /// <summary>The token that says that this connection ends says nothing to whoever waits for what comes, or for the end: what has come is handed out, and
    /// then the end.</summary>
    public readonly CancellationToken Foreign(CancellationToken token) =>
        token.CanBeCanceled && _source is { } own && (token == own.Token || token == OfHandler) ? default : token;
}
