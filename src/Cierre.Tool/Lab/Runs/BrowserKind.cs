namespace Cierre.Tool.Lab.Runs;

/// <summary>The browsers that are known to differ from the standard.</summary>
internal enum BrowserKind
{
    /// <summary>Taken at its word: as the standard says.</summary>
    Other,

    /// <summary>Chromium and what is made of it.</summary>
    Chromium,

    /// <summary>Firefox.</summary>
    Firefox,
}
