using Cierre.Closing;
using Cierre.Deflate;
using Cierre.Protocol;

namespace Cierre.TestKit;

/// <summary>Two engines on a fake wire and a fake clock: what one writes the other gets, when the test says so and cut as it says.</summary>
internal sealed class EnginePair
{
    public EnginePair(ProtocolLimits? limits = null, DeflateTerms? client = null, DeflateTerms? server = null)
    {
        Client = new EngineSide(Side.Client, limits, Clock, client);
        Server = new EngineSide(Side.Server, limits, Clock, server);
    }

    public FakeClock Clock { get; } = new();

    public EngineSide Client { get; }

    public EngineSide Server { get; }

    public EngineSide this[Side side] => side == Side.Client ? Client : Server;

    /// <summary>Carries bytes both ways until neither side has any.</summary>
    public void Deliver(Split? split = null)
    {
        while (DeliverFrom(Side.Client, split) | DeliverFrom(Side.Server, split)) { }
    }

    /// <summary>Carries what one side wrote. False: nothing.</summary>
    public bool DeliverFrom(Side from, Split? split = null)
    {
        byte[] bytes = this[from].TakeOutput();
        if (bytes.Length != 0) this[from.Other()].Receive(bytes, split);
        return bytes.Length != 0;
    }

    /// <summary>What one side wrote is lost on the way.</summary>
    public void Lose(Side from) => this[from].TakeOutput();

    /// <summary>One side ends its stream: the other gets what was written before, then the end.</summary>
    public void ShutDown(Side from)
    {
        DeliverFrom(from);
        this[from.Other()].EndOfStream(Ends.Fin);
    }

    /// <summary>The connection breaks: what is on its way is lost.</summary>
    public void Reset()
    {
        Lose(Side.Client);
        Lose(Side.Server);
        Client.EndOfStream(Ends.Reset);
        Server.EndOfStream(Ends.Reset);
    }

    /// <summary>The orderly end: the server ends its stream first, the client answers. docs/closing.md.</summary>
    public void EndOrderly()
    {
        Deliver();
        ShutDown(Side.Server);
        ShutDown(Side.Client);
    }

    /// <summary>Time passes for both, and what is due is done when it is due.</summary>
    public void Pass(TimeSpan time)
    {
        TimeSpan end = Clock.Now + time;
        while (Next() is var next && next <= end)
        {
            if (next > Clock.Now) Clock.AdvanceTo(next);
            if (Client.Engine.Record is null) Client.Tick();
            if (Server.Engine.Record is null) Server.Tick();
            Deliver();
        }

        Clock.AdvanceTo(end);
    }

    private TimeSpan Next()
    {
        TimeSpan client = Client.Engine.Record is null ? Client.Engine.Deadline : TimeSpan.MaxValue;
        TimeSpan server = Server.Engine.Record is null ? Server.Engine.Deadline : TimeSpan.MaxValue;
        return client < server ? client : server;
    }
}
