using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;

namespace Cierre.AspNetCore.Tests;

/// <summary>A requirement without a policy's name.</summary>
[AttributeUsage(AttributeTargets.All)]
internal sealed class OnlyAdminAttribute : Attribute, IAuthorizationRequirementData
{
    public IEnumerable<IAuthorizationRequirement> GetRequirements() => [new NameAuthorizationRequirement("admin")];
}
