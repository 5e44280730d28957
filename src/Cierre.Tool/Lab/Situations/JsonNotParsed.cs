using System.Text.Json.Serialization;
using Cierre.AspNetCore;
using Cierre.Tool.Lab.Runs;
using Microsoft.AspNetCore.Builder;

namespace Cierre.Tool.Lab.Situations;

/// <summary>1007 by an ordinary close: a typed endpoint got text that is no JSON.</summary>
internal static partial class JsonNotParsed
{
    private static readonly CloseFrame Refusal = new(CloseCodes.InvalidFramePayloadData, "message is not the JSON that is expected here");

    public static Situation Create() => new("1007-json", "a message that is not JSON to an endpoint for JSON")
    {
        Map = route => route.Endpoints.MapWebSocket(route.Path, (_, _, _) => Task.CompletedTask, Values.Default.Int32Array, route.Configure),
        Client = ExpectedClose.ByPeer(Refusal),
        Server = ExpectedClose.ByUs(Refusal, CloseCause.InvalidData),
        Play = async run =>
        {
            await using LabClient client = await run.ConnectAsync();
            await client.SendAsync("[1, 2, 3]");
            await client.SendAsync("[1, 2,");
            return await client.Closed;
        },
    };

    [JsonSerializable(typeof(int[]))]
    private sealed partial class Values : JsonSerializerContext;
}
