namespace Cierre.AspNetCore.Inspector;

/// <summary>Whether the application has an inspector: where it has none, nothing is checked at its start.</summary>
internal sealed class MappedInspectors
{
    public bool Any { get; set; }
}
