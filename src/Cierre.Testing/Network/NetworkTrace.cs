using System.Globalization;
using Cierre.Testing.Clock;

namespace Cierre.Testing.Network;

/// <summary>What happened, step by step: a line each, with its time. Costs nothing while it is off.</summary>
internal sealed class NetworkTrace(SimulatedLoop loop)
{
    private readonly List<string> _lines = [];
    private (string? Receiver, long At, long Bytes, int Pieces) _last;

    public bool IsOn { get; set; }

    public IReadOnlyList<string> Lines => _lines;

    public void Says(string what)
    {
        _last = default;
        _lines.Add(Line(what));
    }

    /// <summary>Pieces that come at one moment, and nothing in between, share a line.</summary>
    public void Gets(string receiver, int bytes)
    {
        if (_last.Receiver == receiver && _last.At == loop.Now)
        {
            _last = _last with { Bytes = _last.Bytes + bytes, Pieces = _last.Pieces + 1 };
            _lines[^1] = Line($"{receiver} gets {_last.Bytes} bytes in {_last.Pieces} pieces");
            return;
        }

        Says($"{receiver} gets {bytes} bytes");
        _last = (receiver, loop.Now, bytes, 1);
    }

    private string Line(string what) => string.Create(CultureInfo.InvariantCulture, $"{TimeSpan.FromTicks(loop.Now).TotalSeconds,9:0.0000} s  {what}");
}
