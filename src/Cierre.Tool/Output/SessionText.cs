using System.Globalization;

namespace Cierre.Tool.Output;

/// <summary>How a session goes, for people.</summary>
internal static class SessionText
{
    /// <summary><c>parked: connection-reset</c>: what has happened, as a server sees it.</summary>
    public static string Of(SessionChange change) => change.Kind switch
    {
        SessionChangeKind.Opened => Style.Good("opened"),
        SessionChangeKind.Resumed => Style.Good("resumed") + Resumed(change.LastConnection!, isClient: false),
        SessionChangeKind.Lost => $"{Style.Bad("lost")}: {SessionReason.Of(change)}",
        SessionChangeKind.Parked => $"parked: {SessionReason.Of(change)}",
        _ => $"ended: {SessionReason.Of(change)}",
    };

    /// <summary><c> after 0.214 s; 3 messages repeated to the client, 1 to the server</c>.</summary>
    /// <param name="before">The connection before.</param>
    /// <param name="isClient">Whose view it is.</param>
    public static string Resumed(SessionConnection before, bool isClient)
    {
        var repeated = RepeatedMessages.Of(before, isClient);
        string toServer = repeated.ToServer?.ToString(CultureInfo.InvariantCulture) ?? "an unknown number";
        string toClient = repeated.ToClient?.ToString(CultureInfo.InvariantCulture) ?? "an unknown number";
        return string.Create(CultureInfo.InvariantCulture,
            $" after {(before.Pause ?? TimeSpan.Zero).TotalSeconds:0.000} s; messages repeated to the client: {toClient}, to the server: {toServer}");
    }
}
