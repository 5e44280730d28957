using System.Diagnostics;
using System.Net;
using Cierre.Frameworks.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cierre.SignalRLoad;

/// <summary>A hub in a process of its own, on one processor, so that what it costs can be told.</summary>
internal sealed class HubServer : IDisposable
{
    private readonly Process _process;

    private HubServer(Process process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Resident bytes.</summary>
    public long Memory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>What <see cref="StartAsync"/> starts.</summary>
    public static async Task RunAsync(Stack stack)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSignalR();
        if (stack == Stack.Cierre) builder.Services.AddCierre();
        WebApplication app = builder.Build();
        if (stack == Stack.Cierre) app.UseCierreWebSockets();
        app.MapHub<EchoHub>("/hub");
        await app.StartAsync();
        Console.WriteLine(app.Urls.Single());
        await app.WaitForShutdownAsync();
    }

    public static async Task<HubServer> StartAsync(Stack stack)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [.. Self(), "server", stack.ToString()]) { RedirectStandardOutput = true };
        Process process = Process.Start(start)!;
        if (OperatingSystem.IsLinux() && Environment.ProcessorCount > 1) process.ProcessorAffinity = 1;
        string address = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The server has ended.");
        return new HubServer(process, new Uri(address.Replace("http", "ws", StringComparison.Ordinal) + "/hub"));
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }

    // By dotnet the program is its first argument, and by its own host there is none.
    private static string[] Self() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(HubServer).Assembly.Location] : [];

    private sealed class EchoHub : Hub
    {
        public string Echo(string text) => text;
    }
}
