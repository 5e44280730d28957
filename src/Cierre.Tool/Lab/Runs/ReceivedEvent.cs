namespace Cierre.Tool.Lab.Runs;

/// <summary>What the listeners of a browser's socket received: the close event, and the types of the events in their order, messages left out. Of a page that
/// went away, there is no close event.</summary>
internal sealed record ReceivedEvent(int? Code, string? Reason, bool? WasClean, IReadOnlyList<string> Order)
{
    /// <summary>Nobody was there any more when the connection ended.</summary>
    public static ReceivedEvent Gone { get; } = new(null, null, null, ["open"]);
}
