using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Cierre.AspNetCore.Tests.PlainHttp;

/// <summary>The endpoints of both sides.</summary>
internal static class Endpoints
{
    private static readonly byte[] s_block = [.. Enumerable.Range(0, 64 * 1024).Select(i => (byte)i)];

    public static void Map(WebApplication app, HttpSide side)
    {
        app.MapGet("/small", () => "hello");
        app.MapGet("/large", () => Results.Bytes(s_block));
        app.MapGet("/megabyte", async (HttpContext context) =>
        {
            for (int i = 0; i < 16; i++) await context.Response.Body.WriteAsync(s_block);
        });
        // Until the client is gone, and what the application sees of that.
        app.MapGet("/endless", (HttpContext context) => NotedAsync(side, context, async () =>
        {
            while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(s_block);
            for (int i = 0; i < 3; i++) await context.Response.Body.WriteAsync(s_block);
        }));
        app.MapGet("/endless-with-token", (HttpContext context) => NotedAsync(side, context, async () =>
        {
            while (true) await context.Response.Body.WriteAsync(s_block, context.RequestAborted);
        }));
        app.MapGet("/wait", (HttpContext context) => NotedAsync(side, context, async () =>
        {
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }));
        app.MapGet("/stuck", async (HttpContext context) =>
        {
            var gone = new TaskCompletionSource();
            using CancellationTokenRegistration registration = context.RequestAborted.Register(() => gone.TrySetResult());
            side.Note("begun");
            await gone.Task;
            side.Note("aborted");
        });
        app.MapGet("/brief", async () =>
        {
            side.Note("begun");
            await Task.Delay(300);
            return "done";
        });
        app.MapPost("/count", (HttpContext context) => NotedAsync(side, context, async () =>
        {
            byte[] buffer = new byte[10_000];
            long all = 0;
            for (int count; (count = await context.Request.Body.ReadAsync(buffer)) != 0; all += count)
            {
            }

            await context.Response.WriteAsync($"{all}");
        }));
        app.MapGet("/throw", (HttpContext _) => throw new InvalidDataException("of the application"));
        app.MapGet("/throw-late", async (HttpContext context) =>
        {
            await context.Response.Body.WriteAsync(s_block);
            throw new InvalidDataException("of the application");
        });
        app.MapGet("/abort", (HttpContext context) => NotedAsync(side, context, async () =>
        {
            context.Abort();
            await context.Response.Body.WriteAsync(s_block);
        }));
    }

    private static async Task NotedAsync(HttpSide side, HttpContext context, Func<Task> run)
    {
        side.Note("begun");
        try
        {
            await run();
            side.Note($"ended, aborted {context.RequestAborted.IsCancellationRequested}");
        }
        catch (Exception e)
        {
            // A cancelled write is one of two kinds of this exception, whichever thread is first.
            if (e is OperationCanceledException) side.Note(nameof(OperationCanceledException));
            else side.Note($"{e.GetType().FullName}: {e.Message} < {e.InnerException?.GetType().Name}");
            side.Note("failed");
        }
    }
}
