namespace Cierre.Connections;

/// <summary>What was decided under the connection's lock and is done behind it: <see cref="ConnectionDriver.Do"/>.</summary>
/// <param name="Transport">What becomes of the transport.</param>
/// <param name="WakesReader">Whether whoever waits to receive goes on.</param>
internal readonly record struct Afterwards(TransportEffects Transport, bool WakesReader = false)
{
    public bool IsNothing => Transport == TransportEffects.None && !WakesReader;

    public static Afterwards operator |(Afterwards a, Afterwards b) => new(a.Transport | b.Transport, a.WakesReader | b.WakesReader);
}
