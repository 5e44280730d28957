using System.Security.Cryptography;

namespace Cierre.AspNetCore.Inspector;

/// <summary>What the inspectors of one server have in common.</summary>
internal sealed class MappedInspectors
{
    /// <summary>Whether there is one: where there is none, nothing is checked at the start.</summary>
    public bool Any { get; set; }

    /// <summary>Stands for this process. The numbers of connections begin anew in each: after a restart, or behind a balancer, the same number means another
    /// connection.</summary>
    public string Process { get; init; } = RandomNumberGenerator.GetHexString(16, lowercase: true);
}
