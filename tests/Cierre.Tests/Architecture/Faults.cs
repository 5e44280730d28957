using Xunit;

namespace Cierre.Tests.Architecture;

/// <summary>Shows every fault in full; a collection assertion would cut them short.</summary>
internal static class Faults
{
    public static void None(IEnumerable<string> faults)
    {
        var all = faults.ToList();
        if (all.Count > 0)
            Assert.Fail($"{all.Count} faults:\n{string.Join('\n', all)}");
    }
}
