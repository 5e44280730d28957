namespace Cierre.Tool.Lab.Runs;

/// <summary>What a real browser is in a situation: as any client, a client that does or sees something else, or no client at all.</summary>
internal sealed record PageRole
{
    private PageRole()
    {
    }

    /// <summary>As any other client, with the event that the rules say.</summary>
    public static PageRole AsAnyClient { get; } = new();

    /// <summary>The connection is lost.</summary>
    public static PageRole Losing { get; } = AsAnyClient.In(BrowserKind.Chromium, Quirk.NoError("chromium-no-error"));

    /// <summary>Whether its page goes away, so that no close event is left to receive.</summary>
    public bool InFrame { get; private init; }

    /// <summary>The server's record, where it differs from that with our client.</summary>
    public ExpectedClose? Server { get; private init; }

    private string? Cannot { get; init; }

    private string? Instead { get; init; }

    private ushort? Code { get; init; }

    private IReadOnlyDictionary<BrowserKind, Quirk> Quirks { get; init; } = new Dictionary<BrowserKind, Quirk>();

    /// <summary>No browser can.</summary>
    public static PageRole Unable(string why) => new() { Cannot = why };

    /// <summary>It does something else, to the same end.</summary>
    public static PageRole Otherwise(string instead) => new() { Instead = instead };

    /// <summary>It reports another code than our client.</summary>
    public static PageRole Reporting(ushort code, string instead) => new() { Code = code, Instead = instead };

    /// <summary>Its page goes away.</summary>
    public static PageRole Leaving(ExpectedClose server, string instead) => new() { InFrame = true, Server = server, Instead = instead };

    /// <summary>The same, but for one browser.</summary>
    public PageRole In(BrowserKind kind, Quirk quirk) => this with { Quirks = new Dictionary<BrowserKind, Quirk>(Quirks) { [kind] = quirk } };

    /// <summary>How that browser differs from the others; null where it does not.</summary>
    public Quirk? QuirkOf(BrowserKind kind) => Quirks.GetValueOrDefault(kind);

    /// <summary>Why a browser cannot play it, as the key of a sentence of the page; null where it can.</summary>
    public string? CannotIn(BrowserKind kind) => Cannot ?? (QuirkOf(kind) is { Sees: null } unable ? unable.Why : null);

    /// <summary>What a browser does otherwise in its place, as the key of a sentence of the page.</summary>
    public string? InsteadIn(BrowserKind kind) => QuirkOf(kind)?.Why ?? Instead;

    /// <summary>What the listeners of the browser's socket must receive.</summary>
    /// <param name="client">What our client's record must say.</param>
    /// <param name="kind">The browser, since not all do as the standard says.</param>
    /// <param name="received">What they did receive.</param>
    public ReceivedEvent EventFor(ExpectedClose client, BrowserKind kind, ReceivedEvent? received)
    {
        if (InFrame) return ReceivedEvent.Gone;
        ReceivedEvent expected = client.ToEvent();
        if (Code is { } code) expected = expected with { Code = code };
        return QuirkOf(kind)?.Sees is { } sees ? sees(expected, received) : expected;
    }
}
