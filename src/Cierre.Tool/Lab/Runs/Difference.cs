namespace Cierre.Tool.Lab.Runs;

/// <summary>One field of a record that is not what was expected; the values as JSON.</summary>
internal sealed record Difference(string Side, string Field, string Expected, string Actual)
{
    public override string ToString() => Field.Length == 0
        ? $"{Side}: expected {Expected}, got {Actual}"
        : $"{Side}'s {Field}: expected {Expected}, got {Actual}";
}
