using Cierre.Connections;

namespace Cierre;

/// <summary>Sets how a client stays connected: <c>WebSocketConnection.KeepConnected</c>, <c>KeepConnectedAsync</c>.</summary>
/// <remarks>Read anew for each attempt: what the application changes here between two connections, such as a header that says where to go on, holds for the
/// next one.</remarks>
public sealed class WebSocketReconnectOptions : WebSocketClientOptions
{
    /// <summary>Creates options with the defaults.</summary>
    public WebSocketReconnectOptions() { }

    /// <summary>Copies options. No later change of one reaches the other: the lists and <see cref="WebSocketConnectionOptions.Compression"/> are copied too;
    /// the clock, the codes, the proxy, the credentials and <see cref="Random"/> are shared.</summary>
    /// <param name="other">What is copied; nothing of it is changed.</param>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public WebSocketReconnectOptions(WebSocketReconnectOptions other)
        : base(other)
    {
        AlternateUrls = [.. other.AlternateUrls];
        Policy = other.Policy;
        CredentialsRenewal = other.CredentialsRenewal;
        OnEnded = other.OnEnded;
        StableAfter = other.StableAfter;
        Random = other.Random;
    }

    /// <summary>Further URLs of the same service, for a server that sheds load (1013): the next one is tried at once, in turn, until each has said so. Default:
    /// none.</summary>
    public IList<Uri> AlternateUrls { get; private set; } = [];

    /// <summary>Decides what follows each end; default null: what <see cref="CloseRecord.Reconnect"/> advises.</summary>
    public ReconnectPolicy? Policy { get; set; }

    /// <summary>Gets new credentials, after 3000 or HTTP 401: returns the options to open with from now on, such as a copy with another header,
    /// <see cref="WebSocketClientOptions.WithHeader"/>; null where there are none to be had. Default null. Without them the sequence ends.</summary>
    /// <remarks>Of what is returned, only how to open a connection counts; addresses, policy and the rest stay as here. What it throws ends the
    /// sequence.</remarks>
    public Func<CloseRecord, CancellationToken, ValueTask<WebSocketClientOptions?>>? CredentialsRenewal { get; set; }

    /// <summary>Called after each end, of a connection or of an opening that failed, with what follows: the place to log, and to learn why a sequence ended.
    /// Not for one that is left or cancelled. Default null.</summary>
    public Action<ReconnectPlan>? OnEnded { get; set; }

    /// <summary>How long a connection must have been open for the attempts to be counted from 1 again; default 20 s.</summary>
    /// <remarks>Until then delays go on growing: a server that accepts and closes at once is no recovered server.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or more than 24 days.</exception>
    public TimeSpan StableAfter
    {
        get;
        set => field = OptionChecks.Check(value, nameof(StableAfter), mayBeZero: true);
    } = TimeSpan.FromSeconds(20);

    /// <summary>Spreads the clients that were lost together; default <see cref="Random.Shared"/>. A seeded one makes tests repeatable.</summary>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public Random Random
    {
        get;
        set
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Random));
            field = value;
        }
    } = Random.Shared;

    /// <summary>Checks what <see cref="WebSocketClientOptions.Validate"/> checks, and the <see cref="AlternateUrls"/>.</summary>
    /// <exception cref="ArgumentException">A subprotocol or a required extension is not a token or is there twice; a header cannot be part of an opening
    /// request; a URL cannot be one of a WebSocket.</exception>
    public override void Validate()
    {
        base.Validate();
        foreach (Uri url in AlternateUrls) WebSocketConnection.ValidateUrl(url);
    }

    private protected override WebSocketClientOptions Copy()
    {
        var copy = (WebSocketReconnectOptions)base.Copy();
        copy.AlternateUrls = [.. AlternateUrls];
        return copy;
    }
}
