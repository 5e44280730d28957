using System.CommandLine.Parsing;

namespace Cierre.Tool.Arguments;

/// <summary>The URL to connect to: ws or wss; http and https mean the same.</summary>
internal static class UrlArgument
{
    public static Uri? Parse(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "ws" or "wss" or "http" or "https" && url.Fragment.Length == 0) return url;
        result.AddError($"'{WebSocketUrl.ToDisplayString(text)}' is no URL to connect to: ws://HOST or wss://HOST is, without a fragment.");
        return null;
    }
}
