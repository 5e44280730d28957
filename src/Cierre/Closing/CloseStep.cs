namespace Cierre.Closing;

/// <summary>What the engine does next.</summary>
/// <param name="Write">The close frame to write, or null.</param>
/// <param name="AtOnce">Write it now and drop the messages that are still queued; otherwise behind them.</param>
/// <param name="Finish">No frame follows and none is processed any more: a server shuts its side down, a client waits for the server's end.</param>
/// <param name="Drop">Let go of the transport; the record is final.</param>
internal readonly record struct CloseStep(CloseFrame? Write, bool AtOnce, bool Finish, bool Drop)
{
    public static readonly CloseStep Nothing;
    public static readonly CloseStep FinishNow = new(null, false, Finish: true, false);
    public static readonly CloseStep DropNow = new(null, false, false, Drop: true);

    public static CloseStep WriteBehind(CloseFrame frame) => new(frame, AtOnce: false, false, false);

    public static CloseStep WriteAndFinish(CloseFrame frame) => new(frame, AtOnce: true, Finish: true, false);
}
