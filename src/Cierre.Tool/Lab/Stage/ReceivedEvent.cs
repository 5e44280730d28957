namespace Cierre.Tool.Lab.Stage;

/// <summary>What the listeners of the browser's API received: the close event, and the types of the events in their order, messages left out.</summary>
internal sealed record ReceivedEvent(int Code, string Reason, bool WasClean, IReadOnlyList<string> Order);
