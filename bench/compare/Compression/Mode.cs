namespace Cierre.Bench.Compression;

/// <summary>What is agreed on compression, the same in both directions.</summary>
internal enum Mode
{
    Off,

    /// <summary>Each message for itself.</summary>
    NoTakeover,

    Takeover,
}
