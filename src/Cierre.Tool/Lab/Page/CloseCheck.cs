using System.Text;
using System.Text.Json.Nodes;
using Cierre.Browser;
using Cierre.Tool.Output;

namespace Cierre.Tool.Lab.Page;

/// <summary>Asks the library whether a close with a code and a reason may be sent: as a server, and as a page's script.</summary>
internal static class CloseCheck
{
    /// <summary>The objection to a number that does not fit into a close frame.</summary>
    public const string TooLarge = "A close code has 16 bits.";

    public static async Task<JsonObject> OfAsync(int code, string reason, System.Globalization.CultureInfo language)
    {
        (string? server, string? arrives) = await AsServerAsync(code, reason);
        return new JsonObject
        {
            ["bytes"] = Encoding.UTF8.GetByteCount(reason),
            ["most"] = CloseFrame.MaxReasonBytes,
            ["name"] = code is < 0 or > ushort.MaxValue ? "" : CloseCodes.Default.Get((ushort)code).GetName(language),
            ["description"] = code is < 0 or > ushort.MaxValue ? "" : CloseCodes.Default.Get((ushort)code).Describe(language),
            ["server"] = server,
            ["arrives"] = arrives,
            ["browser"] = AsScript(code, reason),
        };
    }

    /// <summary>Two ends in memory: the objection, or the reason as it arrives.</summary>
    private static async Task<(string? Objection, string? Arrives)> AsServerAsync(int code, string reason)
    {
        if (code is < 0 or > ushort.MaxValue) return (TooLarge, null);
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair();
        await using (client)
        await using (server)
        {
            try
            {
                await server.CloseAsync((ushort)code, reason);
                return (null, (await client.Closed).Reason);
            }
            catch (ArgumentException e)
            {
                return (UsageException.TextOf(e), null);
            }
        }
    }

    /// <summary>What <c>close(code, reason)</c> would throw. https://websockets.spec.whatwg.org/#dom-websocket-close</summary>
    private static string? AsScript(int code, string reason)
    {
        try
        {
            // WebIDL: [Clamp] unsigned short.
            _ = new WebSocketError("", new WebSocketCloseInfo { CloseCode = (ushort)Math.Clamp(code, 0, ushort.MaxValue), Reason = reason });
            return null;
        }
        catch (DomException e)
        {
            return $"{e.Name}: {e.Message}";
        }
    }
}
