using System.Globalization;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using Cierre.Tool.Output;

namespace Cierre.Tool.Serve;

/// <summary>Prints where the server listens and how each connection ends.</summary>
/// <remarks>One task writes. A connection hands its record over and is done, so a slow reader of our output, or a thousand closes at once, hold nobody up.</remarks>
internal sealed class ServeReport
{
    // What is left to write when the server has stopped; a reader that takes nothing must not keep the process.
    private static readonly TimeSpan LastLines = TimeSpan.FromSeconds(1);

    private readonly bool _json;
    private readonly CultureInfo _language;
    private readonly Channel<CloseRecord> _closes = Channel.CreateUnbounded<CloseRecord>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _writing;

    public ServeReport(bool json, CultureInfo language)
    {
        (_json, _language) = (json, language);
        _writing = Task.Run(WriteAsync);
    }

    public void Listening(string url)
    {
        if (_json) JsonLines.Write(new ListeningJson("listening", url), ServeJsonContext.Relaxed.ListeningJson);
        else StandardOutput.WriteLine($"listening on {Style.Strong(url)}");
    }

    /// <summary>Prints a close.</summary>
    public void Closed(CloseRecord record) => _closes.Writer.TryWrite(record);

    public async Task FinishAsync()
    {
        _closes.Writer.TryComplete();
        await _writing.WaitAsync(LastLines).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task WriteAsync()
    {
        await foreach (CloseRecord record in _closes.Reader.ReadAllAsync())
        {
            if (_json) CloseJson.Write(record, _language);
            else StandardOutput.WriteLine(CloseText.InOneLine(record, _language));
        }
    }
}

internal sealed record ListeningJson(string Type, string Url);

[JsonSerializable(typeof(ListeningJson))]
internal sealed partial class ServeJsonContext : JsonSerializerContext
{
    public static ServeJsonContext Relaxed { get; } = new(JsonLines.Options);
}
