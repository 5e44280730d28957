using System.Globalization;

namespace Cierre.Browser;

/// <summary>Sets what a <see cref="CloseEvent"/> is made with. WHATWG WebSockets 6.</summary>
public sealed class CloseEventInit : EventInit
{
    /// <summary>Whether the connection closed cleanly; default false.</summary>
    public bool WasClean { get; init; }

    /// <summary>The close code; default 0.</summary>
    public ushort Code { get; init; }

    /// <summary>The close reason; default empty.</summary>
    public string Reason { get; init; } = "";
}

/// <summary>Tells that a connection is closed, and how. WHATWG WebSockets 6.</summary>
public class CloseEvent : Event
{
    /// <summary>Creates one by hand.</summary>
    /// <param name="type">Its type, such as <c>close</c>.</param>
    /// <param name="init">The rest; null for the defaults.</param>
    /// <exception cref="ArgumentNullException">The type or the reason is null.</exception>
    public CloseEvent(string type, CloseEventInit? init = null)
        : base(type, init)
    {
        string reason = init is null ? "" : init.Reason;
        ArgumentNullException.ThrowIfNull(reason, nameof(init));
        Code = init?.Code ?? 0;
        Reason = ScalarString.Of(reason);
        WasClean = init?.WasClean ?? false;
    }

    internal CloseEvent(CloseRecord record)
        : this("close", new CloseEventInit { WasClean = record.WasClean, Code = record.Code, Reason = record.Reason }) => Record = record;

    /// <summary>The code that the server sent; 1005: its close frame was empty; 1006: there was none; 1015: the TLS handshake failed. RFC 6455 7.1.5.</summary>
    public ushort Code { get; private set; }

    /// <summary>The reason that the server sent: untrusted text. RFC 6455 7.1.6.</summary>
    public string Reason { get; private set; }

    /// <summary>Whether close frames went both ways before the connection was closed.</summary>
    public bool WasClean { get; private set; }

    /// <summary>What no browser tells: who ended the connection, what each side sent, and why. Null on an event made by hand.</summary>
    public CloseRecord? Record { get; private set; }

    /// <summary>Explains in words how the connection ended; for an event made by hand, what its code means.</summary>
    /// <param name="culture">The language; null takes <see cref="CultureInfo.CurrentUICulture"/>. English where a text is missing.</param>
    /// <returns>Several lines, without a trailing line end.</returns>
    public string Explain(CultureInfo? culture = null) => Record?.Explain(culture) ?? CloseCodes.Default.Explain(Code, culture);

    /// <summary>Initializes the event anew; does nothing while it is being dispatched.</summary>
    /// <param name="type">The type.</param>
    /// <param name="bubbles">Whether it bubbles.</param>
    /// <param name="cancelable">Whether it can be cancelled.</param>
    /// <param name="wasClean">Whether the connection closed cleanly.</param>
    /// <param name="code">The close code.</param>
    /// <param name="reason">The close reason.</param>
    /// <exception cref="ArgumentNullException">The type or the reason is null.</exception>
    [Obsolete("Deprecated: use the constructor.")]
    public void InitCloseEvent(string type, bool bubbles = false, bool cancelable = false, bool wasClean = false, ushort code = 0, string reason = "")
    {
        ArgumentNullException.ThrowIfNull(reason);
        if (!TryInitialize(type, bubbles, cancelable)) return;
        (WasClean, Code, Reason, Record) = (wasClean, code, ScalarString.Of(reason), null);
    }
}
