namespace Cierre.Tool.Lab.Stage;

/// <summary>What a real browser is in a situation: as any client, a client that does or sees something else, or no client at all.</summary>
internal sealed record PageRole
{
    private Func<ReceivedEvent, ReceivedEvent> _inChromium = received => received;

    private PageRole()
    {
    }

    /// <summary>As any other client, with the event that the rules say.</summary>
    public static PageRole AsAnyClient { get; } = new();

    /// <summary>The error event is missing in Chromium where the connection is lost, though RFC 6455 7.2.1 has a client fail it then.</summary>
    public static PageRole Losing { get; } = InChromium(expected => expected with { Order = [.. expected.Order.Where(type => type != "error")] }, "chromium-no-error");

    /// <summary>Why a browser cannot play it, as the key of a sentence of the page; null where it can.</summary>
    public string? Cannot { get; private init; }

    /// <summary>Whether its page goes away, so that no close event is left to receive.</summary>
    public bool InFrame { get; private init; }

    /// <summary>The server's record, where it differs from that with our client.</summary>
    public ExpectedClose? Server { get; private init; }

    private string? Instead { get; init; }

    private bool OnlyChromium { get; init; }

    /// <summary>Chromium calls it clean or not, as it happens.</summary>
    public bool IsCleanOrNot { get; private init; }

    private ushort? Code { get; init; }

    /// <summary>No browser can.</summary>
    public static PageRole Unable(string why) => new() { Cannot = why };

    /// <summary>It does something else, to the same end.</summary>
    public static PageRole Otherwise(string instead) => new() { Instead = instead };

    /// <summary>It reports another code than our client.</summary>
    public static PageRole Reporting(ushort code, string instead) => new() { Code = code, Instead = instead };

    /// <summary>Its page goes away.</summary>
    public static PageRole Leaving(ExpectedClose server, string instead) => new() { InFrame = true, Server = server, Instead = instead };

    /// <summary>Chromium calls a close clean only where none of the page's messages were left to send, which depends on how fast it was.</summary>
    public static PageRole Sending(string instead) => new() { IsCleanOrNot = true, Instead = instead, OnlyChromium = true };

    /// <summary>What a browser does otherwise in its place, as the key of a sentence of the page.</summary>
    public string? InsteadIn(BrowserKind kind) => OnlyChromium && kind != BrowserKind.Chromium ? null : Instead;

    /// <summary>What the listeners of the browser's socket must receive.</summary>
    /// <param name="client">What our client's record must say.</param>
    /// <param name="kind">The browser, since not all do as the standard says.</param>
    /// <param name="received">What they did receive: of two values that are both right, the one that came.</param>
    public ReceivedEvent EventFor(ExpectedClose client, BrowserKind kind, ReceivedEvent? received)
    {
        if (InFrame) return ReceivedEvent.Gone;
        ReceivedEvent expected = client.ToEvent();
        if (Code is { } code) expected = expected with { Code = code };
        if (kind != BrowserKind.Chromium) return expected;
        return _inChromium(IsCleanOrNot ? expected with { WasClean = received?.WasClean } : expected);
    }

    private static PageRole InChromium(Func<ReceivedEvent, ReceivedEvent> sees, string instead) => new() { _inChromium = sees, Instead = instead, OnlyChromium = true };
}

/// <summary>The browsers that are known to differ from the standard.</summary>
internal enum BrowserKind
{
    /// <summary>Taken at its word: as the standard says.</summary>
    Other,

    /// <summary>Chromium and what is made of it.</summary>
    Chromium,
}
