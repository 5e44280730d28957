using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebSockets;

namespace Cierre.AspNetCore.SystemNet;

/// <summary>Looks for the framework's WebSocket middleware in a pipeline that is built, for a warning at the start.</summary>
/// <remarks>A pipeline is a chain of delegates that nobody can ask, so the fields behind them are looked at. Where a trimmed program has them no more, nothing
/// is
/// found, and nothing is lost but the warning.</remarks>
internal static class LaterMiddleware
{
    // Longer than any pipeline; a graph of objects that is no pipeline may go on and on.
    private const int MostObjects = 1000;

    /// <param name="next">The rest of the pipeline.</param>
    /// <returns>The options of the first that stands there; null: there is none.</returns>
    public static WebSocketOptions? OptionsIn(RequestDelegate next)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var open = new Queue<object?>([next.Target]);
        while (open.TryDequeue(out object? target) && seen.Count < MostObjects)
        {
            if (target is null || !seen.Add(target)) continue;
            if (target is WebSocketMiddleware) return Fields(target).OfType<WebSocketOptions>().FirstOrDefault();
            foreach (object? value in Fields(target))
            {
                // The next step, the middleware that a closure calls, or a closure inside of one.
                if (value is Delegate step) open.Enqueue(step.Target);
                else if (value is not null && (IsClosure(value.GetType()) || Fields(value).Any(field => field is RequestDelegate))) open.Enqueue(value);
            }
        }

        return null;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "What is trimmed away is not found, and only a warning is lost.")]
    private static IEnumerable<object?> Fields(object target)
    {
        Type type = target.GetType();
        if (type.IsPrimitive || target is string or Type or MemberInfo) yield break;
        foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            if (!field.FieldType.IsValueType && !field.FieldType.IsPointer) yield return field.GetValue(target);
        }
    }

    private static bool IsClosure(Type type) => type.Name.StartsWith('<');
}
