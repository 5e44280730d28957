using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cierre.Tool.Lab.Runs;

/// <summary>Knows anybody who names themselves in the request's query, as a guest: without the permission that <see cref="Members"/> asks for.</summary>
internal sealed class LabAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The policy of an endpoint for members only.</summary>
    public const string Members = "members";

    /// <summary>The parameter of the query that holds the name.</summary>
    public const string Name = "name";

    private const string SchemeName = "lab";

    public static void Add(IServiceCollection services)
    {
        services.AddAuthentication(SchemeName).AddScheme<AuthenticationSchemeOptions, LabAuthentication>(SchemeName, configureOptions: null);
        services.AddAuthorization(authorization => authorization.AddPolicy(Members, policy => policy.RequireAuthenticatedUser().RequireRole("member")));
    }

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string? name = Request.Query[Name];
        if (name is null) return Task.FromResult(AuthenticateResult.NoResult());
        var guest = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name), new Claim(ClaimTypes.Role, "guest")], SchemeName));
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(guest, SchemeName)));
    }
}
