namespace Cierre.Tool.Connect;

/// <summary>HTTP versions as <c>--http</c> and the lines name them: 1.1 and 2.</summary>
internal static class HttpName
{
    public const string Http11 = "1.1";
    public const string Http2 = "2";

    public static string Of(WebSocketConnection connection) => connection.HttpVersion.Major == 2 ? Http2 : Http11;

    public static Version Version(string? name) => name == Http2 ? System.Net.HttpVersion.Version20 : System.Net.HttpVersion.Version11;
}
