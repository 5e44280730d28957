using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using Cierre.AspNetCore;
using Cierre.Tool.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Cierre.Tool.Lab.Runs;

/// <summary>A server on a free port with an endpoint for each situation, at <c>/</c> and its name; it keeps how their connections ended.</summary>
internal sealed class LabHost : IAsyncDisposable
{
    // What a situation that went wrong left open is not waited for.
    private static readonly TimeSpan StopTime = TimeSpan.FromMilliseconds(500);

    private readonly WebApplication _app;
    private readonly X509Certificate2? _certificate;
    private readonly Action<CloseRecord>? _onClosed;
    private readonly Dictionary<string, Ends> _ends = [];

    private LabHost(WebApplication app, X509Certificate2? certificate, Action<CloseRecord>? onClosed) =>
        (_app, _certificate, _onClosed) = (app, certificate, onClosed);

    /// <param name="onClosed">Told how every connection ended; then their frames are noted, too. Null: neither.</param>
    public static async Task<LabHost> StartAsync(IReadOnlyCollection<Situation> situations, bool tls = false, Action<CloseRecord>? onClosed = null)
    {
        X509Certificate2? certificate = tls ? ServerCertificate.Create() : null;
        WebApplication app = ToolHost.Build(HostAddress.AnyPort(tls), certificate, services: services =>
        {
            LabAuthentication.Add(services);
            foreach (Situation situation in situations) situation.Services?.Invoke(services);
        });
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        var host = new LabHost(app, certificate, onClosed);
        foreach (Situation situation in situations) host.Map(situation);
        try
        {
            await app.StartAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public Uri UrlOf(Situation situation) => new(new Uri(ToolHost.UrlOf(_app).Replace("http", "ws", StringComparison.Ordinal)), situation.Name);

    /// <summary>The server's end, for a situation that does something with it from outside; known once the handler runs.</summary>
    public Task<WebSocketConnection> ServerSide(Situation situation) => _ends[situation.Name].Connection.Task;

    /// <summary>Completes when the server's program is over; it throws what that threw.</summary>
    public Task ProgramOver(Situation situation) => _ends[situation.Name].ProgramOver.Task;

    /// <summary>How the server's end of a situation's one connection ended.</summary>
    public async Task<CloseRecord> Record(Situation situation) => (await _ends[situation.Name].Ended.Task).Record;

    /// <summary>The frames of that connection, once it has ended; empty where nobody looked.</summary>
    public async Task<IReadOnlyList<WebSocketTraceEvent>> TraceAsync(Situation situation) =>
        await LabTrace.OfAsync((await _ends[situation.Name].Ended.Task).Connection);

    /// <summary>Stops as a host does at SIGTERM: open connections are closed first.</summary>
    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(StopTime);
            await _app.StopAsync(patience.Token);
        }
        finally
        {
            await _app.DisposeAsync();
            _certificate?.Dispose();
        }
    }

    private void Map(Situation situation)
    {
        var ends = new Ends();
        _ends.Add(situation.Name, ends);
        string path = "/" + situation.Name;
        RequestDelegate? run = situation.Program is { } program ? context => RunAsync(program, context, ends) : null;
        if (situation.Map is { } map)
        {
            map(new LabRoute(_app, path, Configure, run));
            return;
        }

        if (run is not null)
        {
            _app.Map(path, run).UseCierre(options =>
            {
                options.CloseTimeout = situation.Program!.CloseTimeout;
                if (_onClosed is not null) options.Trace = LabTrace.Options;
                options.OnClosed = Closed;
            });
            return;
        }

        _app.MapWebSocket(
            path,
            connection =>
            {
                ends.Connection.TrySetResult(connection);
                return situation.Handler(connection);
            },
            Configure);

        void Configure(WebSocketEndpointOptions options)
        {
            options.CloseTimeout = LabPlayer.CloseTimeout;
            situation.Options?.Invoke(options);
            // The lab's page is served from another port: another origin.
            options.AllowedOrigins.Add("*");
            if (_onClosed is not null) options.Trace = LabTrace.Options;
            options.OnClosed = Closed;
        }

        void Closed(WebSocketConnection connection, CloseRecord record)
        {
            ends.Ended.TrySetResult((connection, record));
            _onClosed?.Invoke(record);
        }
    }

    private static async Task RunAsync(SystemProgram program, HttpContext context, Ends ends)
    {
        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
        if (socket.GetCierre() is { } connection) ends.Connection.TrySetResult(connection);
        try
        {
            await program.RunAsync(socket);
            ends.ProgramOver.TrySetResult();
        }
        catch (Exception e)
        {
            ends.ProgramOver.TrySetException(e);
            throw;
        }
    }

    private sealed class Ends
    {
        public TaskCompletionSource<WebSocketConnection> Connection { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource ProgramOver { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<(WebSocketConnection Connection, CloseRecord Record)> Ended { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
