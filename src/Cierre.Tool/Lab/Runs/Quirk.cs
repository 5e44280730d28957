namespace Cierre.Tool.Lab.Runs;

/// <summary>How one browser differs from the others in a situation.</summary>
/// <param name="Why">What it does, as the key of a sentence of the page.</param>
/// <param name="Sees">What its listeners receive, from what others would and from what they did receive: of two values that are both right, the one that came.
/// Null: it cannot play.</param>
internal sealed record Quirk(string Why, Func<ReceivedEvent, ReceivedEvent?, ReceivedEvent>? Sees)
{
    /// <summary>There is no error event, though RFC 6455 7.2.1 has a client fail the connection.</summary>
    public static Quirk NoError(string why) => new(why, (expected, _) => expected with { Order = [.. expected.Order.Where(type => type != "error")] });

    /// <summary>Whether it is clean depends on how fast the browser was.</summary>
    public static Quirk CleanOrNot(string why) => new(why, (expected, received) => expected with { WasClean = received?.WasClean }) { MayBeClean = true };

    /// <summary>It reports another code.</summary>
    public static Quirk Says(ushort code, string why) => new(why, (expected, _) => expected with { Code = code });

    /// <summary>A close that breaks the rules is a clean one without a code.</summary>
    public static Quirk TakesBadClose(string why) =>
        new(why, (expected, _) => expected with { Code = CloseCodes.NoStatusReceived, Reason = "", WasClean = true, Order = ["open", "close"] });

    /// <summary>It cannot play.</summary>
    public static Quirk Unable(string why) => new(why, Sees: null);

    /// <summary>Both clean and not clean are right.</summary>
    public bool MayBeClean { get; private init; }
}
