using System.Globalization;
using System.Text.Json.Nodes;
using Cierre.AspNetCore;
using Cierre.Tool.Output;

namespace Cierre.Tool.Gateway;

/// <summary>Prints how both sides of each conversation ended.</summary>
internal sealed class GatewayReport
{
    private readonly BackgroundWriter<WebSocketGatewayEnd> _writer;

    public GatewayReport(bool json, CultureInfo language) => _writer = new(ended =>
    {
        if (json) WriteJson(ended.Client, ended.Upstream, language);
        else StandardOutput.WriteLine($"{CloseText.InOneLine(ended.Client, language)} | upstream {CloseText.InOneLine(ended.Upstream, language)}");
    });

    public void Ended(WebSocketGatewayEnd ended) => _writer.Add(ended);

    public Task FinishAsync() => _writer.FinishAsync();

    private static void WriteJson(CloseRecord client, CloseRecord upstream, CultureInfo language)
    {
        JsonObject close = CloseJson.ToObject(client, language);
        close["upstream"] = CloseJson.ToObject(upstream, language);
        JsonLines.Write(close, CloseJsonContext.Relaxed.JsonObject);
    }
}
