using System.Collections;
using System.Linq.Expressions;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Cierre.Transports;

namespace Cierre.TestKit;

/// <summary>Shows that a copy of options has all that the original has, and nothing in common with it that can be changed: an option that is added and not
/// copied is found.</summary>
public static class OptionsCopy
{
    /// <summary>Options of which every property has another value than its default.</summary>
    public static T Changed<T>()
        where T : new()
    {
        var options = new T();
        foreach (PropertyInfo property in Properties(typeof(T)))
        {
            object? value = property.GetValue(options);
            if (value is IList list) list.Add(Entry(property.PropertyType.GenericTypeArguments[0]));
            else property.SetValue(options, Other(property.PropertyType, value));
        }

        return options;
    }

    /// <summary>What differs, by name; empty where the copy is one.</summary>
    public static IEnumerable<string> Faults<T>(T original, T copy)
        where T : new()
    {
        var defaults = new T();
        foreach (PropertyInfo property in Properties(typeof(T)))
        {
            object? value = property.GetValue(original), copied = property.GetValue(copy);
            bool isOwn = value is IList or DeflateOptions;
            if (Same(value, property.GetValue(defaults))) yield return $"{property.Name} was not changed";
            if (!Same(value, copied)) yield return $"{property.Name} was not copied";
            if (isOwn && ReferenceEquals(value, copied)) yield return $"{property.Name} is shared";
        }
    }

    private static PropertyInfo[] Properties(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance);

    private static bool Same(object? one, object? other) => (one, other) switch
    {
        (IList a, IList b) => a.Cast<object>().SequenceEqual(b.Cast<object>()),
        (DeflateOptions a, DeflateOptions b) => Properties(typeof(DeflateOptions)).All(property => Equals(property.GetValue(a), property.GetValue(b))),
        _ => Equals(one, other),
    };

    private static object Entry(Type type) => type == typeof(string) ? "x" : type == typeof(Uri) ? new Uri("ws://x/") : new KeyValuePair<string, string>("x", "y");

    private static object Other(Type type, object? value) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        { IsEnum: true } kind => Enum.GetValues(kind).Cast<object>().Last(other => !other.Equals(value)),
        var kind when kind == typeof(bool) => !(bool)value!,
        var kind when kind == typeof(int) => value is 0 or 1 ? 2 : (int)value! - 1,
        var kind when kind == typeof(long) => (long)value! - 1,
        var kind when kind == typeof(TimeSpan) => TimeSpan.FromSeconds(7),
        var kind when kind == typeof(Version) => HttpVersion.Version20,
        var kind when kind == typeof(DeflateOptions) => Changed<DeflateOptions>(),
        var kind when kind == typeof(WebSocketTraceOptions) => new WebSocketTraceOptions(),
        var kind when kind == typeof(CloseCodes) => new CloseCodes(),
        var kind when kind == typeof(TimeProvider) => new OtherClock(),
        var kind when kind == typeof(Random) => new Random(1),
        var kind when kind == typeof(ICredentials) => new NetworkCredential(),
        var kind when kind == typeof(IWebProxy) => new WebProxy(),
        var kind when kind == typeof(WebSocketEventLoops) => new NoLoops(),
        var kind when kind.IsAssignableTo(typeof(Delegate)) => Nothing(kind),
        var kind => throw new InvalidOperationException($"What is another {kind.Name}?"),
    };

    private static Delegate Nothing(Type type)
    {
        MethodInfo invoke = type.GetMethod("Invoke")!;
        return Expression.Lambda(type, Expression.Default(invoke.ReturnType), invoke.GetParameters().Select(p => Expression.Parameter(p.ParameterType))).Compile();
    }

    private sealed class OtherClock : TimeProvider;

    private sealed class NoLoops : WebSocketEventLoops
    {
        internal override Transport? TakeOver(Socket socket, Transport.EarlierReader? earlier, string server) => null;
    }
}
