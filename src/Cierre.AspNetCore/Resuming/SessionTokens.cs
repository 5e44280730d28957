using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.DataProtection;

namespace Cierre.AspNetCore.Resuming;

/// <summary>What a client shows to go on with its session: sealed by ASP.NET Core's Data Protection, good for 24 hours, and bound to the endpoint and the
/// user.</summary>
internal sealed class SessionTokens(Lazy<IDataProtectionProvider> provider)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private readonly Lazy<ITimeLimitedDataProtector> _protector =
        new(() => provider.Value.CreateProtector("Cierre.AspNetCore.Resuming.SessionTokens").ToTimeLimitedDataProtector());

    public string Seal(SessionToken token) => _protector.Value.Protect(JsonSerializer.Serialize(token, SessionTokenJson.Default.SessionToken), Lifetime);

    /// <summary>Null: it was not made here, or is too old. Nobody learns which.</summary>
    public SessionToken? Open(string token)
    {
        try
        {
            return JsonSerializer.Deserialize(_protector.Value.Unprotect(token), SessionTokenJson.Default.SessionToken);
        }
        catch (Exception e) when (e is CryptographicException or JsonException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Whose session it is, without the name.</summary>
    /// <param name="user">Null for nobody.</param>
    public static string? HashOf(string? user) => user is null ? null : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(user)));
}

/// <summary>What a token says.</summary>
/// <param name="Session">Which session.</param>
/// <param name="Node">Where it lives: a server's name and start.</param>
/// <param name="Number">The session's tokens are numbered.</param>
/// <param name="Endpoint">The route pattern.</param>
/// <param name="User">A hash of the user's name; null for nobody.</param>
internal sealed record SessionToken(string Session, string Node, int Number, string Endpoint, string? User);

[JsonSerializable(typeof(SessionToken))]
internal sealed partial class SessionTokenJson : JsonSerializerContext;
