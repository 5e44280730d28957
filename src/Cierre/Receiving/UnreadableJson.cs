using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Cierre.Receiving;

/// <summary>Remembers of an exception from which connection's message it came: an application has JSON of its own, and more connections than one.</summary>
internal static class UnreadableJson
{
    private static readonly ConditionalWeakTable<JsonException, Inbox> Senders = [];

    public static void Note(JsonException exception, Inbox sender) => Senders.AddOrUpdate(exception, sender);

    public static bool IsFrom(JsonException exception, Inbox sender) => Senders.TryGetValue(exception, out Inbox? from) && from == sender;
}
