namespace Cierre.Testing.Tests.Simulation;

/// <summary>An invariant does not hold.</summary>
internal sealed class Broken(string who, string what) : Exception($"the {who} {what}");
