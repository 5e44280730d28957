using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>Tests of a thousand connections, or of memory: one after the other, and nothing beside them.</summary>
[CollectionDefinition(nameof(Heavy), DisableParallelization = true)]
public sealed class Heavy
{
    /// <summary>What is alive, in bytes, after a full collection.</summary>
    internal static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
