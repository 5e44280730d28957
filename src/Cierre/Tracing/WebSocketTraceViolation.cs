using System.Globalization;
using Cierre.Closing;

namespace Cierre;

/// <summary>Tells that the peer broke a rule: of the protocol, or a limit of ours. The close frame that it costs follows, unless one was sent before.</summary>
public sealed class WebSocketTraceViolation : WebSocketTraceEvent
{
    private readonly Violation _violation;

    internal WebSocketTraceViolation(TimeSpan time, Violation violation)
        : base(time) => _violation = violation;

    /// <summary>The kind of the rule.</summary>
    public CloseCause Cause => _violation.Cause;

    /// <summary>What it costs: the code of the close, and the rule as the reason on the wire names it.</summary>
    public CloseFrame CloseFrame => _violation.Frame;

    private protected override string In(CultureInfo culture) => _violation.Reason.In(culture);
}
