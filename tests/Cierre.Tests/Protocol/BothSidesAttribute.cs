using System.Reflection;
using Cierre.TestKit;
using Xunit.Sdk;
using Xunit.v3;

namespace Cierre.Tests.Protocol;

/// <summary>The rule holds for both roles.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BothSidesAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([new TheoryDataRow<Side>(Side.Client), new TheoryDataRow<Side>(Side.Server)]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
