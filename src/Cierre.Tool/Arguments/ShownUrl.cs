namespace Cierre.Tool.Arguments;

/// <summary>A URL as it may be printed: without the user name and the password that it may have.</summary>
internal static class ShownUrl
{
    public static string Of(Uri url) => url.GetComponents(UriComponents.AbsoluteUri & ~UriComponents.UserInfo, UriFormat.UriEscaped);

    /// <summary>Of a text that is no URL: whatever may be a password is left out.</summary>
    public static string Of(string text) => text.LastIndexOf('@') is >= 0 and var at ? "***" + text[at..] : text;
}
