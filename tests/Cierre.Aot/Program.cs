// Client and server, compiled ahead of time: an echo over a real socket, closes from both sides, an opening that fails, and all of it said in two languages.
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cierre;
using Cierre.AspNetCore;

var spanish = CultureInfo.GetCultureInfo("es");
var english = CultureInfo.InvariantCulture;
int faults = 0;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.Services.AddCierre();
await using WebApplication app = builder.Build();
app.Urls.Add("http://127.0.0.1:0");
app.MapWebSocket("/echo", async connection =>
{
    await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendAsync(message);
});
app.MapWebSocket("/throw", _ => throw new InvalidOperationException("This endpoint fails."));
app.MapWebSocket("/small", connection => connection.Closed, options => options.MaxMessageSize = 4);
await app.StartAsync();
var url = new UriBuilder(app.Urls.First()) { Scheme = "ws" };

CloseRecord closed = await TalkAsync("/echo", async connection =>
{
    await connection.SendAsync("hola");
    Check("echo", (await connection.ReceiveAsync())?.GetText(), "hola");
    await connection.CloseAsync(4001, "adiós");
});
Check("close", $"{closed.Code} {closed.WasClean} {closed.Cause}", "4001 True Requested");
Check("close in Spanish", closed.Explain(spanish).Contains("la aplicación pidió el cierre", StringComparison.Ordinal), true);
Check("as JSON", JsonSerializer.Serialize(closed, AotJson.Default.CloseRecord)[..56], """{"type":"close","code":4001,"name":"","reason":"","wasCl""");

CloseRecord failed = await TalkAsync("/throw", connection => connection.Closed);
Check("handler that throws", $"{failed.Code} {failed.Reason}", "1011 the handler failed");
Check("its name", $"{failed.CodeInfo.GetName(english)}, {failed.CodeInfo.GetName(spanish)}", "Internal Error, Error interno");

CloseRecord large = await TalkAsync("/small", connection => connection.SendAsync("hello").AsTask());
Check("message too big", large.Reason, "message of 5 bytes is over the limit of 4");

await app.StopAsync();
try
{
    await WebSocketConnection.ConnectAsync(url.Uri);
    Check("opening", "open", "refused");
}
catch (WebSocketConnectException e)
{
    Check("refusal", e.Record.Describe(english), $"127.0.0.1:{url.Port} refused the connection or is not reachable");
    Check("refusal in Spanish", e.Record.Describe(spanish), $"127.0.0.1:{url.Port} rechazó la conexión o no es accesible");
}

foreach (CloseCodeInfo row in CloseCodes.Default.All) Check($"{row} in Spanish", row.Describe(spanish) != row.Describe(english), true);
Console.WriteLine(faults == 0 ? "all as it should be" : $"{faults} not as it should be");
return faults == 0 ? 0 : 1;

async Task<CloseRecord> TalkAsync(string path, Func<WebSocketConnection, Task> talk)
{
    url.Path = path;
    await using WebSocketConnection connection = await WebSocketConnection.ConnectAsync(url.Uri);
    await talk(connection);
    return await connection.Closed.WaitAsync(TimeSpan.FromSeconds(10));
}

void Check<T>(string what, T actual, T expected)
{
    if (EqualityComparer<T>.Default.Equals(actual, expected)) return;
    Console.WriteLine($"{what}: {actual} instead of {expected}");
    faults++;
}

[JsonSerializable(typeof(CloseRecord))]
internal sealed partial class AotJson : JsonSerializerContext;
