namespace Cierre.Browser;

/// <summary>Sets what an <see cref="ErrorEvent"/> is made with. HTML 8.1.3.8.</summary>
public sealed class ErrorEventInit : EventInit
{
    /// <summary>What went wrong, in words; default empty.</summary>
    public string Message { get; init; } = "";

    /// <summary>The exception behind it; default null.</summary>
    public Exception? Error { get; init; }

    /// <summary>What went wrong, as a value to act on; default null.</summary>
    public CloseCause? Cause { get; init; }
}

/// <summary>Tells that something went wrong: of a socket, why no closing handshake took place. <c>close</c> follows.</summary>
/// <remarks>A browser's socket fires a plain event that says nothing, since a page must not learn about its user's network. There is no such reason
/// here.</remarks>
public class ErrorEvent : Event
{
    /// <summary>Creates one.</summary>
    /// <param name="type">Its type, such as <c>error</c>.</param>
    /// <param name="init">The rest; null for the defaults.</param>
    /// <exception cref="ArgumentNullException">The type or the message is null.</exception>
    public ErrorEvent(string type, ErrorEventInit? init = null)
        : base(type, init)
    {
        string message = init is null ? "" : init.Message;
        ArgumentNullException.ThrowIfNull(message, nameof(init));
        (Message, Error, Cause) = (message, init?.Error, init?.Cause);
    }

    internal ErrorEvent(CloseRecord record)
        : this("error", new ErrorEventInit { Message = record.Detail, Error = record.Exception, Cause = record.Cause }) { }

    /// <summary>What went wrong: one English sentence that names the evidence.</summary>
    public string Message { get; }

    /// <summary>The exception behind it; null for none.</summary>
    public Exception? Error { get; }

    /// <summary>What went wrong, as a value to act on; null on an event made by hand without one.</summary>
    public CloseCause? Cause { get; }
}
