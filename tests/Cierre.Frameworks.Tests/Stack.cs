namespace Cierre.Frameworks.Tests;

/// <summary>What carries a program's WebSockets.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "It is one: of protocols.")]
public enum Stack
{
    /// <summary>The framework's own: the control, which says what the program does anyway.</summary>
    Framework,

    Cierre,
}
