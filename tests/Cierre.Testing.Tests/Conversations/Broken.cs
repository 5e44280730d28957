namespace Cierre.Testing.Tests.Conversations;

/// <summary>An invariant does not hold.</summary>
internal sealed class Broken(string who, string what) : Exception($"the {who} {what}");
