namespace Cierre.Tool.Output;

/// <summary>What the tool's exit code says: a contract with scripts.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>Anything that the other codes do not say: a port in use, an error of ours.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>The connection did not end clean, or not all expected messages came.</summary>
    public const int NotAsExpected = 3;
}
