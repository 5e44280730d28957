using System.Globalization;
using Cierre.Tool.Output;

namespace Cierre.Tool.Serve;

/// <summary>Prints where the server listens and how each connection ends.</summary>
internal sealed class ServeReport(bool json, CultureInfo language)
{
    private readonly BackgroundWriter<CloseRecord> _writer = new(record =>
    {
        if (json) CloseJson.Write(record, language);
        else StandardOutput.WriteLine(CloseText.InOneLine(record, language));
    });

    public void Listening(string url) => Output.Listening.Write(url, json);

    /// <summary>Prints a close.</summary>
    public void Closed(CloseRecord record) => _writer.Add(record);

    public Task FinishAsync() => _writer.FinishAsync();
}
