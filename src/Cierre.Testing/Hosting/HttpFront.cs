using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.TestHost;
using Microsoft.AspNetCore.WebUtilities;

namespace Cierre.Testing.Hosting;

/// <summary>The HTTP/1.1 that <see cref="TestServer"/> has no need of: one connection, one request, its answer or its upgrade.</summary>
internal sealed class HttpFront(TestServer server, PipeReader input, PipeWriter output)
{
    public async Task RunAsync()
    {
        Exception? fault = null;
        try
        {
            if (await RequestHead.ReadAsync(input) is { } head) await AnswerAsync(head);
        }
        catch (Exception e)
        {
            // The client sees that its connection broke, and what the app threw as the reason.
            fault = new IOException("The app in memory failed: " + e.Message, e);
        }

        await output.CompleteAsync(fault);
        await input.CompleteAsync();
    }

    private async Task AnswerAsync(RequestHead head)
    {
        UpgradeInMemory? upgrade = null;
        HttpContext context = await server.SendAsync(context =>
        {
            Fill(context.Request, head);
            upgrade = new UpgradeInMemory(context, input, output);
            context.Features.Set<IHttpUpgradeFeature>(upgrade);
            context.Features.Set<IConnectionTransportFeature>(upgrade);
            context.Features.Set<IConnectionLifetimeFeature>(upgrade);
        });
        if (upgrade!.IsUpgraded) return;
        await output.WriteAsync(ResponseHead(context.Response, context.Response.StatusCode));
        await context.Response.Body.CopyToAsync(output);
    }

    /// <summary>The status line and the headers; the end of the connection is that of the body. RFC 9112 4, 6.3.</summary>
    public static byte[] ResponseHead(HttpResponse response, int status)
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} {ReasonPhrases.GetReasonPhrase(status)}\r\n");
        foreach ((string name, var values) in response.Headers)
        {
            if (name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase)) continue;
            foreach (string? value in values) head.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        if (status != StatusCodes.Status101SwitchingProtocols) head.Append("Connection: close\r\n");
        return Encoding.Latin1.GetBytes(head.Append("\r\n").ToString());
    }

    private static void Fill(HttpRequest request, RequestHead head)
    {
        int query = head.Target.IndexOf('?', StringComparison.Ordinal);
        request.Method = head.Method;
        request.Protocol = HttpProtocol.Http11;
        request.Path = PathString.FromUriComponent(query < 0 ? head.Target : head.Target[..query]);
        request.QueryString = query < 0 ? default : new QueryString(head.Target[query..]);
        // TestServer has put its own Host there.
        request.Headers.Clear();
        foreach ((string name, string value) in head.Headers) request.Headers.Append(name, value);
    }
}
