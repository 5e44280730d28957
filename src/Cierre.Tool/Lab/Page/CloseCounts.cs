using System.Text.Json.Nodes;
using Cierre.Tool.Output;

namespace Cierre.Tool.Lab.Page;

/// <summary>How often the lab's servers saw which end, by code and cause, since the start.</summary>
internal sealed class CloseCounts
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<(ushort Code, string Cause), int> _counts = [];
    private int _version;

    /// <summary>Changes with every count.</summary>
    public int Version => Volatile.Read(ref _version);

    public void Add(CloseRecord record)
    {
        lock (_gate)
        {
            (ushort, string) end = (record.Code, record.Cause.ToKebabCase());
            _counts[end] = _counts.GetValueOrDefault(end) + 1;
            _version++;
        }
    }

    public JsonObject ToJson()
    {
        lock (_gate)
        {
            return new JsonObject
            {
                ["type"] = "counts",
                ["ends"] = new JsonArray(
                    [.. _counts.Select(end => (JsonNode)new JsonObject { ["code"] = (int)end.Key.Code, ["cause"] = end.Key.Cause, ["count"] = end.Value })]),
            };
        }
    }
}
