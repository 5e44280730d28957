using Cierre.Closing;

namespace Cierre.TestKit;

/// <summary>The ends of a byte stream, as a transport tells them.</summary>
internal static class Ends
{
    public static readonly EndReason Fin = new(CloseCause.EndOfStream, new CloseDetail("EndOfStream"));
    public static readonly EndReason Reset = new(CloseCause.ConnectionReset, new CloseDetail("ConnectionReset"));
}
