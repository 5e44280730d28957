using Cierre.AspNetCore.Origins;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>RFC 6455 10.2: a browser names the page's origin, and a server accepts only those it expects.</summary>
internal sealed class AllowedOrigins(IEnumerable<string> allowed)
{
    public const string Option = $"{nameof(WebSocketEndpointOptions)}.{nameof(WebSocketEndpointOptions.AllowedOrigins)}";

    private readonly OriginList _allowed = OriginList.Parse(allowed, Option);

    /// <summary>Says why a request's origin may not connect, and what would let it in; null: it may.</summary>
    public string? FaultOf(HttpRequest request)
    {
        string origin = request.Headers[HeaderNames.Origin].ToString();
        if (origin.Length == 0 || _allowed.Contains(origin) || (_allowed.IsEmpty && RequestOrigin.IsSameOrigin(request))) return null;
        string own = UntrustedText.Escape($"{request.Scheme}://{RequestOrigin.HostOf(request)}");
        string may = _allowed.IsEmpty ? $"only pages of the server's own origin, {own}, may" : $"it is not one of those that {Option} lists";
        string remedy = _allowed.IsEmpty && IsOwnButForTheScheme(request, origin)
            ? $"Behind a proxy that ends TLS, forward the scheme (UseForwardedHeaders), or add the origin to {Option}."
            : $"To let it in, add it to {Option} (in the configuration: Cierre:{nameof(WebSocketEndpointOptions.AllowedOrigins)}).";
        return $"The request's Origin {UntrustedText.Quote(origin)} may not connect here: {may}. {remedy}";
    }

    private static bool IsOwnButForTheScheme(HttpRequest request, string origin) =>
        Origin.TryParse(origin, out Origin from) && Origin.IsSame(origin, from.Scheme, RequestOrigin.HostOf(request));
}
