using System.Globalization;
using Cierre.Tool.Output;

namespace Cierre.Tool.Connect;

/// <summary>The run for people. Whatever the peer wrote is escaped.</summary>
internal sealed class ConnectText(bool interactive, bool frames, bool times, CultureInfo language) : IConnectReport
{
    // Longer messages are cut; --json prints them whole.
    private const int LongestText = 2000;
    private const int MostBytes = 32;

    public void Opened(WebSocketConnection connection)
    {
        string protocol = connection.Subprotocol is { } name ? $", protocol {UntrustedText.Escape(name)}" : "";
        string extensions = connection.Extensions.Length > 0 ? $", extensions {UntrustedText.Escape(connection.Extensions)}" : "";
        string hint = interactive ? Style.Quiet("; a line typed is a message sent, Ctrl-D closes") : "";
        StandardOutput.WriteLine($"{Style.Good("open")} {connection.Url?.AbsoluteUri} (HTTP/{HttpName.Of(connection)}{protocol}{extensions}){hint}");
        Times(connection.OpeningTimes);
    }

    // What was typed stands there already.
    public void Sending(string text) => Line(">", UntrustedText.Escape(text, LongestText));

    public void Sending(BinaryFile file) => Line(">", $"{file.Name} ({file.Content.Length} bytes)");

    public void Received(WebSocketMessage message)
    {
        string topic = message.Topic is { } name ? UntrustedText.Escape(name, LongestText) + ": " : "";
        if (message.Kind == WebSocketMessageKind.Text) Line("<", topic + UntrustedText.Escape(message.GetText(), LongestText));
        else Line("<", $"{topic}{Hex(message.Data.Span)} ({message.Data.Length} bytes)");
    }

    public void Seen(WebSocketTraceEvent seen)
    {
        if (frames) StandardOutput.WriteLine(TraceText.Line(seen, language));
    }

    public void Failed(CloseRecord record)
    {
        Times(record.OpeningTimes);
        StandardOutput.WriteLine($"{Style.Bad("error")} {UntrustedText.Escape(record.Describe(language), LongestText)}");
    }

    public void Closed(CloseRecord record)
    {
        string story = record.Session is { } session ? "\n" + session.Explain(language) : "";
        StandardOutput.WriteLine(CloseText.InFull(record, language) + story);
    }

    public void Reconnecting(int attempt, TimeSpan delay) =>
        StandardOutput.WriteLine(Style.Quiet(string.Create(CultureInfo.InvariantCulture, $"reconnect in {delay.TotalSeconds:0.0} s (attempt {attempt})")));

    public void Away(ReconnectPlan plan) => StandardOutput.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{Style.Bad("reconnecting")} in {plan.Delay?.TotalSeconds:0.0} s (attempt {plan.Attempt}): {plan.Last.Code} {plan.Last.Cause.ToKebabCase()}, " +
        $"{UntrustedText.Escape(plan.Last.Describe(language), LongestText)}"));

    public void Resumed(SessionConnection before) => StandardOutput.WriteLine(Style.Good("resumed") + SessionText.Resumed(before, isClient: true));

    public void Missing(TopicGap gap) => StandardOutput.WriteLine($"{Style.Bad("gap")} {UntrustedText.Escape(gap.ToString(), LongestText)}");

    public void NotSent(string text) => Line("!", "not connected, not sent: " + UntrustedText.Escape(text, LongestText));

    private void Times(OpeningTimes? opening)
    {
        if (times && opening is { Steps: not [] }) StandardOutput.WriteLine(TraceText.Opening(opening, language));
    }

    private static void Line(string direction, string text) => StandardOutput.WriteLine($"{Style.Quiet(direction)} {text}");

    private static string Hex(ReadOnlySpan<byte> data) =>
        data.Length <= MostBytes ? Convert.ToHexStringLower(data) : Convert.ToHexStringLower(data[..MostBytes]) + "…";
}
