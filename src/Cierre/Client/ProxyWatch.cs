using System.Net;
using System.Net.Http;

namespace Cierre.Client;

/// <summary>Knows which proxy a request goes through, because it is asked where the HTTP handler asks.</summary>
internal sealed class ProxyWatch : IWebProxy
{
    private readonly IWebProxy _inner;

    private ProxyWatch(IWebProxy inner) => _inner = inner;

    public ICredentials? Credentials
    {
        get => _inner.Credentials;
        set => _inner.Credentials = value;
    }

    /// <summary>What was said last; null: none is needed.</summary>
    private Uri? Said { get; set; }

    /// <summary>Puts itself in front of the application's proxy.</summary>
    /// <returns>Gives the proxy of the request that was made last; null where it goes to the target itself.</returns>
    public static Func<Uri, Uri?> Of(SocketsHttpHandler handler)
    {
        if (!handler.UseProxy) return _ => null;
        if (handler.Proxy is null)
        {
            // The system's can name several in a way that is not public, so it stays; it says the same when asked again.
            IWebProxy system = HttpClient.DefaultProxy;
            return target => Ask(system, target);
        }

        var watch = new ProxyWatch(handler.Proxy);
        handler.Proxy = watch;
        return _ => watch.Said;
    }

    public Uri? GetProxy(Uri destination) => Said = _inner.GetProxy(destination);

    public bool IsBypassed(Uri host)
    {
        Said = null;
        return _inner.IsBypassed(host);
    }

    private static Uri? Ask(IWebProxy proxy, Uri target) => proxy.IsBypassed(target) ? null : proxy.GetProxy(target);
}
