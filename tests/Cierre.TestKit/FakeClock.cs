namespace Cierre.TestKit;

/// <summary>Time that moves by hand, counted from the opening.</summary>
internal sealed class FakeClock
{
    public TimeSpan Now { get; private set; }

    public void Advance(TimeSpan by) => Now += by;

    public void AdvanceTo(TimeSpan to) => Now = to;
}
