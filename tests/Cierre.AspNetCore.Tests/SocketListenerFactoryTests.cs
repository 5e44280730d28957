using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>Whose place Cierre's transport takes, and whose it does not.</summary>
public sealed class SocketListenerFactoryTests
{
    [Fact]
    public async Task Kestrels_socket_transport_gives_its_place_to_ours() => Assert.Equal("SocketConnection ours", await CarrierOfAsync(_ => { }));

    [Fact]
    public async Task Kestrels_socket_transport_stays_where_an_option_says_so() =>
        Assert.Equal("SocketConnection", await CarrierOfAsync(builder => builder.Services.AddCierre(options => options.UseKestrelTransport = true)));

    [Fact]
    public async Task Kestrels_socket_transport_stays_where_the_configuration_says_so() => Assert.Equal(
        "SocketConnection",
        await CarrierOfAsync(builder => builder.Configuration.AddInMemoryCollection([KeyValuePair.Create<string, string?>("Cierre:Server:UseKestrelTransport", "true")])));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Transport_of_the_applications_own_is_kept(bool behind) => Assert.Equal("SocketConnection theirs", await CarrierOfAsync(
        builder =>
        {
            if (behind) builder.Services.AddCierre();
            builder.Services.AddSingleton<IConnectionListenerFactory, OwnTransport>();
        }));

    [Fact]
    public async Task Sockets_that_are_set_behind_AddCierre_keep_ours() => Assert.Equal("SocketConnection ours", await CarrierOfAsync(builder =>
    {
        builder.Services.AddCierre();
        builder.WebHost.UseSockets(sockets => sockets.Backlog = 7);
    }));

    private static async Task<string> CarrierOfAsync(Action<WebApplicationBuilder> build)
    {
        string seen = "";
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        build(builder);
        builder.Services.AddCierre();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, options => options.Use(next => context =>
        {
            bool ours = context.Features.Any(feature => feature.Key.Namespace == "Cierre.AspNetCore.Kestrel");
            seen = "SocketConnection" + (ours ? " ours" : "") + (context.Items.ContainsKey(nameof(OwnTransport)) ? " theirs" : "");
            return next(context);
        })));
        await using WebApplication app = builder.Build();
        app.MapGet("/", () => "hello");
        await app.StartAsync().Soon();
        using var client = new HttpClient();
        Assert.Equal("hello", await client.GetStringAsync(new Uri(app.Urls.First())).Soon());
        return seen;
    }

    private sealed class OwnTransport(IOptions<SocketTransportOptions> options, ILoggerFactory loggers) : IConnectionListenerFactory
    {
        public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
            new Marking(await new SocketTransportFactory(options, loggers).BindAsync(endpoint, cancellationToken));
    }

    private sealed class Marking(IConnectionListener inner) : IConnectionListener
    {
        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            ConnectionContext? connection = await inner.AcceptAsync(cancellationToken);
            if (connection is not null) connection.Items[nameof(OwnTransport)] = true;
            return connection;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
